"""Read annotations from the user's own tables (.csv, .tsv, .txt), read by protspace's loader."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from steps.errors import StepError

packages = ("protspace", "pandas")


def columns(paths: Sequence[Path], identifiers: Sequence[str]) -> dict[str, pa.Array]:
    """Return the tables' columns, one row for each of `identifiers`: float64, or text.

    Raises:
        StepError: INVALID_ANNOTATIONS, with protspace's message.
    """
    from protspace.data.processors.custom_annotations import load_custom_annotations

    try:
        frame = load_custom_annotations(paths, identifiers)
    except (OSError, ValueError) as error:
        raise StepError("INVALID_ANNOTATIONS", f"Annotation table: {error}") from error
    return {name: _typed(frame[name].tolist()) for name in frame.columns[1:]}


def _typed(cells: list[str]) -> pa.Array:
    """Return a column with nulls for empty cells; numeric if all others are finite numbers."""
    text = pa.array([cell.strip() or None for cell in cells], pa.string())
    try:
        numbers = text.cast(pa.float64())
    except pa.ArrowInvalid:
        return text
    finite = all(number is None or abs(number) < float("inf") for number in numbers.to_pylist())
    return numbers if finite and numbers.null_count < len(numbers) else text
