"""Check paths as people type them, and the content behind them.

YAML cuts an unquoted value at ` #`, and reads some texts as numbers.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from steps.errors import StepError

#: Keys whose values are paths, or may be.
PATH_KEYS = ("input", "annotations", "styles", "models", "cache")


@cache
def content_of(*paths: str) -> str:
    """Return a digest of the content of files (SHA-256, hexadecimal).

    Raises:
        OSError: one cannot be read.
    """
    digest = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def check_typed(
    values: Mapping[str, object], arguments: Sequence[str], files: Iterable[str | Path]
) -> None:
    """Check that paths of the configuration are those that were typed.

    Args:
        values: the configuration.
        arguments: the command line.
        files: configuration files.

    Raises:
        StepError: INVALID_CONFIG, where the text as typed is a file, and YAML made something else
            of it.
    """
    typed = [(key, text) for key, sign, text in (it.partition("=") for it in arguments) if sign]
    for file in files:
        typed += _lines_of(Path(file))
    for key, text in typed:
        if key in PATH_KEYS and _is_changed(values.get(key), text):
            raise StepError(
                "INVALID_CONFIG",
                f"Key '{key}': YAML reads {text!r} as {values.get(key)!r}. Quote it, on a command "
                f"line within brackets: --config '{key}=[\"{text}\"]'.",
            )


def _lines_of(file: Path) -> list[tuple[str, str]]:
    """Return keys and unquoted texts of a configuration file."""
    text = file.read_text(encoding="utf-8", errors="replace")
    found = re.findall(r"^(\w+):[ \t]+([^\"'\s].*)$", text, re.MULTILINE)
    return [(key, value.rstrip()) for key, value in found]


def _is_changed(value: object, text: str) -> bool:
    """Return whether a text that is a file became another value, or its list was cut."""
    if value == text:
        return False
    if Path(text).exists():
        return True
    kept, sign, _ = text.partition(" #")
    cut = [part.strip() for part in text.split(",") if " #" in part]
    return bool(sign) and value == kept.rstrip() and any(Path(part).exists() for part in cut)
