"""Annotations of a map that grows: those of its proteins as they were, and those of new ones."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from steps import cli
from steps.annotate.cells import own_columns, with_own

Columns = dict[str, pa.Array]


def renamed(old: pa.Table, names: Mapping[str, str]) -> pa.Table:
    """Return the annotations of a map with other names of columns, also those of the user."""
    own = [names[name] for name in own_columns(old)]
    return with_own(old.rename_columns([names[name] for name in old.column_names]), own)


def join(old: pa.Table, new: Mapping[str, pa.Array], count: int) -> Columns:
    """Return the columns of both, old proteins first; what one side lacks is missing there.

    Args:
        old: annotations of the old proteins, `protein_id` first.
        new: columns of the new ones.
        count: how many are new.
    """
    columns = {name: _joined(old, new.get(name), name, count) for name in old.column_names[1:]}
    for name, column in new.items():
        if name not in columns:
            columns[name] = pa.concat_arrays([pa.nulls(len(old), column.type), column])
    return columns


def _joined(old: pa.Table, after: pa.Array | None, name: str, count: int) -> pa.Array:
    before = old[name].combine_chunks()
    if after is None:
        return pa.concat_arrays([before, pa.nulls(count, before.type)])
    kind = _common(before.type, after.type)
    _warn(name, {"of the map": before.type, "of new proteins": after.type})
    return pa.concat_arrays([before.cast(kind), after.cast(kind)])


def _warn(name: str, types: Mapping[str, pa.DataType]) -> None:
    """Warn of a column that is text for one side alone, and so loses its scale."""
    texts = [whose for whose, kind in types.items() if pa.types.is_string(kind)]
    if len(texts) == 1:
        cli.log.warning(
            f"'{name}' has categories, no scale: values {texts[0]} are text, those of the others "
            "numbers. Write all as numbers for a scale."
        )


def _common(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    """Return the type that holds values of both: text, where one is."""
    if one == other:
        return one
    return pa.string() if pa.types.is_string(one) or pa.types.is_string(other) else pa.float64()


def corrected(columns: Columns, own: Columns) -> Columns:
    """Return the user's columns, whose gaps have the values that the map knows.

    Args:
        columns: those of both sides.
        own: those of the user's tables, a row for each old and new protein.
    """
    result = dict(own)
    for name in own.keys() & columns.keys():
        kind = _common(own[name].type, columns[name].type)
        if columns[name].null_count < len(columns[name]):
            _warn(name, {"of your table": own[name].type, "of the map": columns[name].type})
        result[name] = pc.coalesce(own[name].cast(kind), columns[name].cast(kind))
    return result
