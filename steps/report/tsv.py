"""The table of a bundle as text, one row for each protein, with cells as ProtSpace shows them.

Columns and cells are those of `protspace export` with all projections, which a test compares: the
identifier, the coordinates of each projection, all annotations. Texts are labels without scores and
escapes, joined with `;`; what ProtSpace takes for missing is empty. As there, a cell with a tab,
a line end or a quote stands in quotes, so that a reader of CSV gets each row whole.
"""

import csv
import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from steps.errors import StepError

if TYPE_CHECKING:
    from protspace.data.io.bundle import BundleContents

#: Rows that are text at a time, so that memory does not grow with their number.
_ROWS = 10_000
type Column = pa.ChunkedArray | pa.DictionaryArray
type Text = Callable[[str], str]

_SPECIAL = frozenset('\t\n\r"')
#: Begins of text that spreadsheets take for a formula, and numbers, which are none.
_FORMULA, _NUMBER = r'^"?[=+@-]', r"^[+-]?[0-9]*[.]?[0-9]+([eE][+-]?[0-9]+)?$"


class Tsv:
    """The table of one bundle; `formulas` is how many cells spreadsheets take for a formula.

    Raises:
        StepError: BUNDLE_UNREADABLE, for an annotation that is neither text nor numbers.
    """

    def __init__(self, contents: "BundleContents") -> None:
        from protspace.data.annotations.encoding import read_format_version

        annotations = contents.annotations
        self._escaped = read_format_version(annotations) >= 2
        self.projections = list(dict.fromkeys(contents.metadata["projection_name"].to_pylist()))
        self.annotations = [name for name in annotations.column_names if name != "protein_id"]
        self.proteins, self.formulas = annotations.num_rows, 0
        identifiers = annotations["protein_id"].cast(pa.string())
        self._columns = [self._labels(identifiers, _quoted)]
        self._columns += [axis for name in self.projections for axis in _placed(contents, name)]
        self._columns += [self._cells(name, annotations[name]) for name in self.annotations]

    def _cells(self, name: str, column: pa.ChunkedArray) -> Column:
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        if pa.types.is_string(kind) or pa.types.is_large_string(kind):
            return self._labels(column.cast(pa.string()), _shown if self._escaped else _plain)
        if pa.types.is_floating(kind):
            return column
        try:
            # Also true and false, in the words of the web app.
            return column.cast(pa.string())
        except pa.ArrowException as error:
            fault = f"The annotation {name} is of type {kind}, which no table can have."
            raise StepError("BUNDLE_UNREADABLE", fault) from error

    def _labels(self, column: pa.ChunkedArray, text: Text) -> pa.DictionaryArray:
        """Return cells of text; each distinct one is converted once."""
        coded = column.combine_chunks().dictionary_encode()
        labels = pa.array(map(text, coded.dictionary.to_pylist()), pa.string())
        formulas = pc.and_not(
            pc.match_substring_regex(labels, _FORMULA), pc.match_substring_regex(labels, _NUMBER)
        )
        self.formulas += pc.sum(formulas.take(coded.indices)).as_py() or 0
        return pa.DictionaryArray.from_arrays(coded.indices, labels)

    def blocks(self) -> Iterator[bytes]:
        """Yield the table in UTF-8: the line of names, then lines of some thousand proteins."""
        places = [f"{name}_{axis}" for name in self.projections for axis in "xy"]
        names = ["protein_id", *places, *self.annotations]
        yield ("\t".join(map(_quoted, names)) + "\n").encode()
        for start in range(0, self.proteins, _ROWS):
            cells = [_text(column.slice(start, _ROWS)) for column in self._columns]
            empty = {"null_handling": "replace", "null_replacement": ""}
            rows = pc.binary_join_element_wise(*cells, "\t", **empty)
            yield ("\n".join(rows.to_pylist()) + "\n").encode()


def _placed(contents: "BundleContents", name: str) -> list[pa.ChunkedArray]:
    """Return x and y of a projection in the order of the annotations, missing where it has none."""
    rows = contents.projections
    rows = rows.filter(pc.equal(rows["projection_name"], name))
    wanted, placed = contents.annotations["protein_id"], rows["protein_id"].combine_chunks()
    where = pc.index_in(wanted.cast(placed.type), value_set=placed)
    return [rows[axis].take(where) for axis in "xy"]


def _text(column: Column) -> pa.Array:
    """Return cells of some thousand rows as they stand in the table."""
    if isinstance(column, pa.DictionaryArray):
        return column.dictionary_decode()
    return _number_cells(column) if pa.types.is_floating(column.type) else column.combine_chunks()


def _number_cells(column: pa.ChunkedArray) -> pa.Array:
    """Return numbers as protspace and the web app write them: 12 for 12.0, empty for none."""
    values = column.to_numpy()
    text = pa.array(values.astype(str), pa.string(), mask=np.isnan(values))
    return pc.replace_substring_regex(text, r"[.]0$", "")


def _shown(cell: str) -> str:
    """Return the labels of a cell, unescaped; those of before container 3 may not be escaped."""
    return _labels_of(cell, escaped=True)


def _plain(cell: str) -> str:
    return _labels_of(cell, escaped=False)


def _labels_of(cell: str, *, escaped: bool) -> str:
    from protspace.core.constants import is_missing_value
    from protspace.data.annotations.encoding import to_display_value

    labels = [to_display_value(hit, decode=escaped) for hit in cell.split(";")]
    return _quoted(";".join(label for label in labels if not is_missing_value(label)))


def _quoted(text: str) -> str:
    """Return a cell as it stands in a table: in quotes where it has one, a tab or a line end."""
    if _SPECIAL.isdisjoint(text):
        return text
    line = io.StringIO()
    # Alone in its row, an empty cell would get quotes.
    csv.writer(line, delimiter="\t", lineterminator="\n").writerow([text, ""])
    return line.getvalue().removesuffix("\t\n")
