"""Read columns of numbers as spreadsheets write them: decimal commas, thousands, missing values.

`1,234` and `1.234` are two numbers each. What the other numbers of a table are decides, and else
the separator: where it is `;`, a comma is the decimal sign.
"""

import re
from collections.abc import Iterable, Sequence
from math import isfinite

import pyarrow as pa

_ERRORS = ("#n/a", "#num!", "#div/0!", "#value!", "#ref!", "#name?", "#null!")
#: Written for a missing number; in a column of text they are text.
MISSING = frozenset(
    {"", "na", "n/a", "n.a.", "<na>", "nan", "nat", "null", "none", ".", "?", *_ERRORS}
    | {"-", "--", "\u2013", "\u2014"}
)
_BLANKS, _APOSTROPHES = " \u00a0\u2009\u202f", "'\u2019"
_IGNORED = str.maketrans("", "", _BLANKS + _APOSTROPHES)
_MINUS = "\u2212"


def _form(point: str, groups: str) -> re.Pattern[str]:
    """Return the pattern of numbers with a decimal sign, and with one between thousands."""
    whole = rf"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:[{groups}][0-9]{{3}})+)"
    digits = "[0-9]*" if point == "." else "[0-9]+"
    return re.compile(
        rf"[+-]?(?:{whole}(?:[{point}]{digits})?|[{point}][0-9]+)(?:[eE][+-]?[0-9]+)?"
    )


#: Decimal sign -> patterns, of which all numbers of a column fit one.
_FORMS = {
    ".": [_form(".", groups) for groups in (",", _BLANKS, _APOSTROPHES)],
    ",": [_form(",", groups) for groups in (".", _BLANKS, _APOSTROPHES)],
}


def _bare(cell: str) -> str:
    return cell.strip().replace(_MINUS, "-")


def given_texts(cells: Iterable[str]) -> set[str]:
    """Return the texts of a column that are not missing; percentages only without their sign."""
    texts = set(map(_bare, set(cells)))
    given = {text for text in texts if text.lower() not in MISSING}
    if given and all(text.endswith("%") for text in given):
        return {text[:-1].rstrip() for text in given}
    return given


def decimal_sign(columns: Iterable[Sequence[str]], separator: str) -> str:
    """Return the decimal sign of a table: where some of its numbers have one only, that.

    It is empty where no number tells, or where they differ.

    Args:
        columns: cells of each column.
        separator: what is between fields.
    """
    found = [_signs(given_texts(cells), separator) for cells in columns]
    signs = {"".join(each) for each in found if len(each) == 1}
    return signs.pop() if len(signs) == 1 else ""


def _signs(given: set[str], separator: str) -> list[str]:
    """Return the decimal signs with which all texts of a column are numbers."""
    signs = [sign for sign, forms in _FORMS.items() if any(_fit(given, each) for each in forms)]
    if separator != ";" and not any("," in text for text in given):
        # 1.234.567 may be a version, or the code of an enzyme.
        return [sign for sign in signs if sign == "."]
    return signs


def _fit(given: set[str], form: re.Pattern[str]) -> bool:
    return bool(given) and all(map(form.fullmatch, given))


def is_ambiguous(given: set[str]) -> bool:
    """Return whether the points or commas of a column may be decimal, or between thousands."""
    signs = _signs(given, ";")
    return len(signs) == 2 and any("." in text or "," in text for text in given)


def has_commas(given: set[str], separator: str) -> bool:
    """Return whether the commas of a column can only be decimal ones."""
    return _signs(given, separator) == [","]


def is_number(text: str, separator: str, decimal: str) -> bool:
    """Return whether a text is a number, in a table with that separator and decimal sign."""
    signs = _signs({text}, ";" if decimal == "," else separator)
    return bool(signs) and isfinite(_number(text, signs[0]))


def numbers(cells: Sequence[str], separator: str, decimal: str = "") -> pa.Array | None:
    """Return a column as float64, missing values as null; `None` where it is text.

    Args:
        cells: the texts of the column.
        separator: that of the table. Where it is `;`, a comma is the decimal sign.
        decimal: decimal sign of the table, if it is known.
    """
    given = given_texts(cells)
    signs = _signs(given, ";" if decimal == "," else separator)
    if not signs:
        return None
    usual = "," if separator == ";" and any("," in text for text in given) else "."
    sign = next(each for each in (decimal, usual, *signs) if each in signs)
    values = {text: _number(text, sign) for text in given}
    if not all(map(isfinite, values.values())):
        return None
    of_cell = {cell: values.get(_bare(cell).removesuffix("%").rstrip()) for cell in set(cells)}
    return pa.array([of_cell[cell] for cell in cells], pa.float64())


def _number(text: str, sign: str) -> float:
    if not text.isascii() or " " in text or "'" in text:
        text = text.translate(_IGNORED)
    return float(text.replace(",", "") if sign == "." else text.replace(".", "").replace(",", "."))


def is_changed(text: str) -> bool:
    """Return whether a whole number is not what its text says: it loses zeros, or digits."""
    digits = text.lstrip("+-")
    if not digits.isdecimal():
        return False
    return digits != str(int(float(digits)))
