"""The error of a file of embeddings that cannot be used."""

from collections.abc import Sequence
from pathlib import Path

from steps.errors import StepError

#: Names in a message, and characters of each.
_SHOWN, _LONGEST = 3, 80


def invalid(path: Path, message: str) -> StepError:
    """Return the error for a file of embeddings, by its name."""
    return StepError("INVALID_EMBEDDINGS", f"Embeddings {path.name}: {message}")


def not_finite(path: Path, text: str) -> StepError:
    """Return the error for an embedding with NaN or an infinite number."""
    return invalid(
        path,
        f"{text!r} has a number that is not finite (NaN or infinite), or is above 1e15. Embed this "
        "protein again, or leave it out.",
    )


def some(names: Sequence[str]) -> str:
    """Return the first few of many names, for a message."""
    shown = ", ".join(name[:_LONGEST] for name in names[:_SHOWN])
    return f"{shown}, ..." if len(names) > _SHOWN else shown
