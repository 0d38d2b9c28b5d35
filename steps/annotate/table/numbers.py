"""Read columns of numbers as spreadsheets write them: decimal commas, thousands, missing values."""

import re
from collections.abc import Sequence

import pyarrow as pa

#: Written for a missing number; in a column of text they are text.
MISSING = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "none", "-", "--", ".", "?"})
_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_COMMA_DECIMAL = re.compile(r"[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?")
_COMMA_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_DOT_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+,[0-9]+")
_BLANK_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:[ '\u00a0\u202f][0-9]{3})+(?:[.,][0-9]+)?")


def numbers(cells: Sequence[str], separator: str) -> pa.Array | None:
    """Return a column as float64, missing values as null; `None` where it is text.

    Args:
        cells: the texts of the column.
        separator: that of the table. Where it is `;`, a comma is the decimal sign.
    """
    texts = [cell.strip() for cell in cells]
    given = {text for text in texts if text.lower() not in MISSING}
    style = _style(given, separator)
    if not given or style is None:
        return None
    values = {text: float(_in_style(text, style)) for text in given}
    if any(abs(value) == float("inf") for value in values.values()):
        return None
    return pa.array([values.get(text) for text in texts], pa.float64())


def _style(texts: set[str], separator: str) -> str | None:
    """Return what groups thousands, or `,` for decimal commas; nothing for plain numbers."""
    odd = {text for text in texts if not _PLAIN.fullmatch(text)}
    if not odd:
        return "plain"
    dotted = any("." in text for text in texts - odd)
    if separator != ";" and all(map(_COMMA_THOUSANDS.fullmatch, odd)):
        return "thousands"
    if all(_COMMA_DECIMAL.fullmatch(it) or _DOT_THOUSANDS.fullmatch(it) for it in odd):
        return None if dotted else "decimal"
    if all(map(_BLANK_THOUSANDS.fullmatch, odd)):
        return "decimal" if any("," in text for text in odd) and not dotted else "thousands"
    return None


def _in_style(text: str, style: str) -> str:
    """Return a number as Python reads it."""
    text = re.sub(r"[ '\u00a0\u202f]", "", text)
    if style == "thousands":
        return text.replace(",", "")
    if style == "decimal":
        return text.replace(".", "").replace(",", ".")
    return text
