"""Say where a column may not be what its author meant: numbers that are text, or are changed."""

from collections.abc import Iterable, Sequence
from itertools import islice

from steps.annotate.table.numbers import (
    given_texts,
    has_commas,
    is_ambiguous,
    is_changed,
    is_number,
    numbers,
)
from steps.annotate.table.text import shown

#: Above this share of numbers, a column of text was likely to be one of numbers.
_MOSTLY = 0.75
_SHOWN = 3


def doubt(cells: Sequence[str], separator: str, decimal: str, *, is_text: bool) -> str:
    """Return a sentence on how a column is read, with the remedy; nothing where that is plain.

    Args:
        cells: the texts of the column.
        separator: that of the table.
        decimal: decimal sign of the table, if it is known.
        is_text: whether the column was read as text.
    """
    given = given_texts(cells)
    if is_text:
        return _on_text(given, separator, decimal)
    # Of a table without semicolons, numbers like 1,234 are English where nothing says otherwise.
    if is_ambiguous(given) and (decimal == "," if separator != ";" else not decimal):
        return _on_signs(given, separator, decimal)
    if not decimal and separator != ";" and has_commas(given, separator):
        return (
            f"commas are taken for decimal signs ({_some(given)}), which in other columns are "
            "points. Where they are between values, write a semicolon."
        )
    if changed := list(filter(is_changed, given)):
        return (
            f"numbers lose zeros at their begin, and digits behind the 15th ({_some(changed)}). "
            "Where they are names, put a letter before each."
        )
    return ""


def _on_signs(given: set[str], separator: str, decimal: str) -> str:
    read = zip(sorted(given), numbers(sorted(given), separator, decimal) or (), strict=False)
    example, value = next(pair for pair in read if "," in pair[0] or "." in pair[0])
    why = "as other columns have decimal commas" if decimal else "as no other column tells more"
    return (
        f"{shown(example)} is read as {value.as_py():.15g}, {why}. Where it is meant otherwise, "
        "write numbers with a decimal point and nothing between thousands."
    )


def _on_text(given: set[str], separator: str, decimal: str) -> str:
    most = int((1 - _MOSTLY) * len(given))
    is_other = (text for text in given if not is_number(text, separator, decimal))
    others = list(islice(is_other, most + 1))
    if not others or len(others) > most:
        return ""
    return (
        f"it has categories, no scale, as {len(others):,} of {len(given):,} different values are "
        f"no numbers ({_some(others)}). Leave these cells empty for a scale."
    )


def _some(texts: Iterable[str]) -> str:
    found = sorted(texts)
    return ", ".join(map(shown, found[:_SHOWN])) + (", ..." if len(found) > _SHOWN else "")
