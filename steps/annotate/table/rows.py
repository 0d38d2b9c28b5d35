"""Split the lines of a table into fields, by the rules of CSV, TSV, or R's blanks."""

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from steps.annotate.table.text import Line, invalid
from steps.errors import StepError

#: Line, counted from 1, and fields of a row.
type Row = tuple[int, list[str]]

_SEPARATORS = ("\t", ",", ";")
_LOOKED_AT = 50


def find_separator(
    path: Path, lines: Sequence[Line], is_known: Callable[[str], bool] = lambda cell: False
) -> str:
    """Return the separator by which most rows have as many fields as the header.

    On a tie it is the one behind most identifiers, then the one with most fields, then that of the
    file's ending. A blank is one only where there is no other, as in R's `write.table`.

    Args:
        path: the table.
        lines: the header, and what is below it.
        is_known: whether the text of a first cell is a protein of the input.

    Raises:
        StepError: INVALID_ANNOTATIONS, for a table of one column.
    """
    preferred = "," if path.suffix.lower() == ".csv" else "\t"
    order = [preferred, *(each for each in _SEPARATORS if each != preferred)]
    texts = [line for _, line in lines if line.strip()][:_LOOKED_AT]
    counts = {each: _field_counts(texts, each) for each in (*order, " ")}
    several = [each for each in order if counts[each][0] > 1]
    if several:
        known = {each: sum(map(is_known, _firsts(texts, each))) for each in several}
        return max(several, key=lambda it: (_fitting(counts[it]), known[it], counts[it][0]))
    # R's row names beside one column, then R's blanks, then a table below a title.
    for found in (
        [each for each in order if {*counts[each][1:]} == {2}],
        [" "] if counts[" "][0] > 1 and _fitting(counts[" "]) == len(texts) - 1 else [],
        [each for each in order if counts[each][1:2] > [1]],
    ):
        if found:
            return found[0]
    raise invalid(
        path,
        "there is one column only. A table has a column of identifiers and at least one other, "
        "between commas, tabs or semicolons.",
        lines[0][0],
    )


def _field_counts(texts: Sequence[str], separator: str) -> list[int]:
    return [_field_count(text, separator) for text in texts]


def _field_count(text: str, separator: str) -> int:
    try:
        return len(next(csv.reader([text], delimiter=separator), []))
    except csv.Error:
        # A cell of more than 131,072 characters.
        return text.count(separator) + 1


def _firsts(texts: Sequence[str], separator: str) -> Iterator[str]:
    """Yield the first fields; one with a tab begins with another one, and is none."""
    firsts = (text.split(separator, 1)[0].strip().strip('"') for text in texts)
    return (first for first in firsts if "\t" not in first)


def _fitting(counts: Sequence[int]) -> int:
    """Return how many rows have as many fields as the header, or one more."""
    header, *rows = counts
    return sum(header <= count <= header + 1 for count in rows)


def split_rows(path: Path, lines: Sequence[Line], separator: str) -> list[Row]:
    """Return all rows that are not blank; the first is the header.

    In a TSV, quotes are part of the text unless they are at both ends of a field; where rows then
    differ in length, it may have been written by the rules of CSV.

    Raises:
        StepError: INVALID_ANNOTATIONS, for a quote that is not closed, or where all is blank.
    """
    rows = _split(path, lines, separator)
    if not rows:
        raise invalid(path, "all cells are empty.")
    return rows


def _split(path: Path, lines: Sequence[Line], separator: str) -> list[Row]:
    if separator != "\t":
        return list(_by_csv(path, lines, separator))
    plain = [
        (number, [_unquoted(field) for field in line.split("\t")])
        for number, line in lines
        if line.strip()
    ]
    if len({len(fields) for _, fields in plain}) > 1:
        try:
            quoted = list(_by_csv(path, lines, separator))
        except StepError:
            return plain
        if len({len(fields) for _, fields in quoted}) == 1:
            return quoted
    return plain


def _unquoted(field: str) -> str:
    if len(field) > 1 and field[0] == field[-1] == '"':
        return field[1:-1].replace('""', '"')
    return field


def _by_csv(path: Path, lines: Sequence[Line], separator: str) -> Iterator[Row]:
    reader = csv.reader((f"{line}\n" for _, line in lines), delimiter=separator, strict=True)
    begin = 0
    while True:
        try:
            fields = next(reader, None)
        except csv.Error as error:
            message = (
                'a quote (") is not closed, or other text follows it. Double it, or remove it.'
            )
            if "limit" in str(error):
                message = f"a cell is too long, or a quote is not closed ({error})."
            raise invalid(path, message, lines[begin][0]) from error
        if fields is None:
            return
        if any(field.strip() for field in fields):
            yield lines[begin][0], fields
        begin = reader.line_num
