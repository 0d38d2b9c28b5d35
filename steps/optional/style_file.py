"""Read a user's styles (colours, shapes, order of values), the JSON file of `protspace style`."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from steps.errors import StepError, did_you_mean

#: Annotation -> its style.
Styles = dict[str, dict[str, Any]]

_BYTE = r"\s*(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\s*"
# `protspace style --generate-template` leaves colours empty, for people to fill in.
_COLOUR = re.compile(
    rf"|#[0-9A-Fa-f]{{6}}|rgba\({_BYTE},{_BYTE},{_BYTE}(?:,\s*[0-9]*\.?[0-9]+\s*)?\)"
)
#: Characters of a name of a mode or palette; of a text in a message.
_LONGEST, _SHOWN = 60, 60
_MOST = 1_000_000
_MODES = ("size-desc", "size-asc", "alpha-asc", "alpha-desc", "manual", "manual-reverse")


def _is_colour(value: object) -> bool:
    return isinstance(value, str) and bool(_COLOUR.fullmatch(value))


def _shapes() -> list[str]:
    # Takes half a second, and few files have shapes.
    from protspace.utils.add_annotation_style import ALLOWED_SHAPES

    return list(ALLOWED_SHAPES)


def _is_shape(value: object) -> bool:
    return isinstance(value, str) and value in _shapes()


def _is_mode(value: object) -> bool:
    return isinstance(value, str) and value in _MODES


def _is_name(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _MOST


def _is_count(value: object) -> bool:
    return _is_number(value) and isinstance(value, int)


def _is_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


#: Key of a style -> check of each of its values, and which are allowed.
_BY_VALUE: dict[str, tuple[Callable[[object], bool], Callable[[], str]]] = {
    "colors": (_is_colour, lambda: "'#D55E00' or 'rgba(213, 94, 0, 1)'"),
    "shapes": (_is_shape, lambda: ", ".join(_shapes())),
}
#: Key of a style -> check of its value, and which are allowed.
_KEYS: dict[str, tuple[Callable[[object], bool], str]] = {
    "sortMode": (_is_mode, ", ".join(_MODES)),
    "zOrderSort": (_is_mode, ", ".join(_MODES)),
    "selectedPaletteId": (_is_name, "'kellys' and the like"),
    "maxVisibleValues": (_is_count, "a whole number"),
    "shapeSize": (_is_number, "a number"),
    "hiddenValues": (_is_list, "a list of values"),
    "pinnedValues": (_is_list, "a list of values"),
}


def read_styles(path: Path) -> Styles:
    """Return the styles of a file by annotation.

    Raises:
        StepError: INVALID_STYLES.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        styles = json.loads(text, parse_constant=_refuse, object_pairs_hook=_once)
        # Halves of characters can be written in JSON, and nowhere else.
        json.dumps(styles, ensure_ascii=False).encode()
    except ValueError as error:
        raise invalid(path, f"it is no JSON ({str(error)[:_SHOWN]})") from None
    except RecursionError:
        raise invalid(path, "it is no JSON of that form (too many brackets)") from None
    if not isinstance(styles, dict) or not all(isinstance(it, dict) for it in styles.values()):
        raise invalid(path, "it is no object of objects, one for each annotation")
    for name, style in styles.items():
        _check(path, name, style)
    checked: Styles = styles
    return checked


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON, in which no name may be there twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{shown(next(it for it in names if names.count(it) > 1))} is there twice")
    return found


def _check_keys(path: Path, name: str, style: dict[str, Any]) -> None:
    """Check that all keys mean something; those that begin with `_` are comments."""
    known = [*_BY_VALUE, *_KEYS]
    for key in style:
        if key not in known and not key.startswith("_"):
            hint = did_you_mean(key, known) or " Colours of values stand within 'colors'."
            raise invalid(
                path,
                f"{shown(name)} has {shown(key)}, which means nothing; allowed: {', '.join(known)}",
                hint,
            )


def _check(path: Path, name: str, style: dict[str, Any]) -> None:
    _check_keys(path, name, style)
    for key, (fits, allowed) in _KEYS.items():
        if key in style and not fits(style[key]):
            fault = f"{key} of {shown(name)} is {shown(style[key])}"
            raise invalid(path, f"{fault}; allowed: {allowed}")
    for key, (fits, which) in _BY_VALUE.items():
        given = style.get(key, {})
        if not isinstance(given, dict):
            raise invalid(path, f"{key} of {shown(name)} must be an object, by value")
        for value in given:
            if not fits(given[value]):
                fault = f"{key} of {shown(name)} has {shown(given[value])} for {shown(value)}"
                raise invalid(path, f"{fault}; allowed: {which()}")


def shown(value: object) -> str:
    """Return a value as it is quoted in a message; a long one is cut."""
    text = repr(value[: _SHOWN + 1] if isinstance(value, str) else value)
    return text if len(text) <= _SHOWN + 2 else f"{text[:_SHOWN]}...'"


def invalid(path: Path, fault: str, hint: str = "") -> StepError:
    """Return the error for a file of styles."""
    return StepError("INVALID_STYLES", f"The styles in {path.name} cannot be used: {fault}.{hint}")
