"""Styles of a bundle as the viewer takes them: by codes of labels, -1 where missing."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

MISSING = -1
_HEX = re.compile(r"#[0-9A-Fa-f]{6}")
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*(?:,[\d.\s]+)?\)")


def styles_of(settings: dict[str, Any] | None) -> dict[str, Any]:
    """Return annotation -> style, of settings by protspace or by its web app."""
    from protspace.data.io.settings_converter import unwrap_settings

    return unwrap_settings(settings) if settings else {}


def style_of(settings: object, labels: Sequence[str]) -> dict[str, Any] | None:
    """Return the style of an annotation; `None` where the bundle has none of these labels.

    `colours` and `shapes` are pairs of a code and `#rrggbb` or the name of a shape; `order` and
    `hidden` are codes. What a bundle by others has in another form is left out.
    """
    if not isinstance(settings, dict):
        return None
    codes = _Codes(labels)
    given = settings.get("categories")
    entries: dict[str, Any] = given if isinstance(given, dict) else {}
    named = codes.of(entries).items()
    known = {code: entries[name] for code, name in named if isinstance(entries[name], dict)}
    order = sorted(known, key=lambda code: _rank(known[code]))
    if settings.get("sortMode") == "manual-reverse":
        order.reverse()
    hidden = settings.get("hiddenValues")
    found: dict[str, Any] = {
        "colours": [[code, shade] for code in order if (shade := _colour(known[code]))],
        "shapes": [[code, shape] for code in order if (shape := _shape(known[code]))],
        "order": [code for code in order if code != MISSING],
        "hidden": sorted(codes.of(hidden)) if isinstance(hidden, list) else [],
    }
    return found if any(found.values()) else None


class _Codes:
    """Codes of labels by how styles name them."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.places = {label: place for place, label in enumerate(labels)}

    def of(self, values: Iterable[object]) -> dict[int, str]:
        """Return code -> value, without values that are no label."""
        from protspace.data.io.settings_converter import is_na_label

        found = {}
        for value in map(str, values):
            code = self.places.get(value, MISSING if is_na_label(value) else None)
            if code is not None:
                found[code] = value
        return found


def _rank(entry: dict[str, Any]) -> float:
    rank = entry.get("zOrder")
    return rank if isinstance(rank, int | float) else float("inf")


def _colour(entry: dict[str, Any]) -> str | None:
    """Return a colour as `#rrggbb`: it is written into drawings, where nothing else may go."""
    text = str(entry.get("color"))
    if _HEX.fullmatch(text):
        return text.lower()
    found = _RGB.fullmatch(text)
    return "#" + "".join(f"{min(255, int(part)):02x}" for part in found.groups()) if found else None


def _shape(entry: dict[str, Any]) -> str | None:
    """Return the name of a shape; `None` for the circle, which all others have."""
    from protspace.utils.add_annotation_style import ALLOWED_SHAPES

    shape = entry.get("shape")
    return str(shape) if shape in ALLOWED_SHAPES and shape != "circle" else None
