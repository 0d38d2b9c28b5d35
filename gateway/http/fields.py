"""Fields of an upload beside what it is made of: choices, the map it joins, and what is kept."""

from starlette.datastructures import FormData

from gateway.http.errors import GatewayError
from gateway.runs.base_maps import BaseMap
from gateway.settings import CHOICES, Choice, Settings

#: Entries of a field that are looked at.
_MOST_CHOICES = 100
#: What a field may say that is yes or no; `on` is what a form of HTML sends.
_WORDS = {"true": True, "1": True, "yes": True, "on": True}
_WORDS |= {"false": False, "0": False, "no": False, "off": False}


def choices(
    form: FormData, settings: Settings, base: BaseMap | None = None
) -> dict[Choice, list[str]]:
    """Return the embedders, methods and annotations that the form chooses.

    With a base map, embedders and methods are those of the map where the form chooses none.

    Raises:
        GatewayError: NOT_ALLOWED, with what the operator allows; ONTO_DIFFERS, with what the base
            map was made with.
    """
    chosen: dict[Choice, list[str]] = {}
    for name in CHOICES:
        values = _values(form, name)
        if base and name != "annotations":
            chosen[name] = _of_map(base, name, values)
            continue
        allowed = getattr(settings, f"allowed_{name}")
        wrong = [value for value in values if value not in allowed]
        if wrong:
            offered = ", ".join(allowed)
            message = f"{name} '{wrong[0][:80]}' is not offered here; offered: {offered}."
            raise GatewayError(400, "NOT_ALLOWED", message)
        if values:
            chosen[name] = values
    return chosen


def _values(form: FormData, name: Choice) -> list[str]:
    """Return the entries of a field.

    Raises:
        GatewayError: NOT_ALLOWED.
    """
    fields = [*form.getlist(name), *form.getlist(name.removesuffix("s"))]
    values = [part.strip() for field in fields for part in str(field).split(",")]
    values = [value for value in values if value]
    if len(values) > _MOST_CHOICES:
        message = f"{name} has {len(values):,} entries; at most {_MOST_CHOICES} can be chosen."
        raise GatewayError(400, "NOT_ALLOWED", message)
    return values


def _of_map(base: BaseMap, name: Choice, values: list[str]) -> list[str]:
    """Return which embedders or methods of a base map are chosen: those of the form, or all.

    Raises:
        GatewayError: ONTO_DIFFERS.
    """
    made: list[str] = getattr(base, name)
    wrong = [value for value in values if value not in made]
    if wrong:
        raise GatewayError(
            400,
            "ONTO_DIFFERS",
            f"{name} '{wrong[0][:80]}' cannot be used with the base map '{base.name}', which has "
            f"{', '.join(made)}. Leave {name} out, or choose of these.",
        )
    return values or made


def keep(form: FormData) -> bool | None:
    """Return whether the result stays after a download; `None` where the form does not say.

    Raises:
        GatewayError: NOT_ALLOWED.
    """
    text = str(form.get("keep") or "").strip()
    if text and text.lower() not in _WORDS:
        message = f"keep '{text[:80]}' is neither yes nor no. Write true or false, or leave it out."
        raise GatewayError(400, "NOT_ALLOWED", message)
    return _WORDS.get(text.lower())
