"""Annotations from the user's own tables (.csv, .tsv, .txt), read by protspace's loader."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from steps.errors import StepError

packages = ("protspace", "pandas")


def columns(paths: Sequence[Path], identifiers: Sequence[str]) -> dict[str, pa.Array]:
    """The tables' columns on `identifiers`; numbers as float64, all else as text.

    Raises:
        StepError: INVALID_ANNOTATIONS, in protspace's own words.
    """
    from protspace.data.processors.custom_annotations import load_custom_annotations

    try:
        frame = load_custom_annotations(paths, identifiers)
    except (OSError, ValueError) as error:
        raise StepError("INVALID_ANNOTATIONS", f"Annotation table: {error}") from error
    return {name: _typed(frame[name].tolist()) for name in frame.columns[1:]}


def _typed(cells: list[str]) -> pa.Array:
    """Empty cells are missing; a column of nothing but finite numbers becomes numeric."""
    values = [cell.strip() or None for cell in cells]
    try:
        numbers = pa.array(values, pa.string()).cast(pa.float64())
    except pa.ArrowInvalid:
        return pa.array(values, pa.string())
    finite = all(number is None or abs(number) < float("inf") for number in numbers.to_pylist())
    return (
        numbers if finite and numbers.null_count < len(numbers) else pa.array(values, pa.string())
    )
