"""Label and help of embedders, methods and annotations, by their names."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import yaml

from gateway.settings import Choice
from steps.annotate.remote.catalogue import SOURCES
from steps.project.methods import split_method

#: Label and a line of help.
Described = tuple[str, str]


def _embedder(name: str) -> Described:
    return _labels()["embedders"].get(name, (name, "A language model of the model hub."))


def _method(name: str) -> Described:
    method, inline = split_method(name)
    default = (name, "A projection to two dimensions.")
    label, text = _labels()["methods"].get(method, default)
    more = ", ".join(f"{key} {value}" for key, value in inline.items())
    return (f"{label} ({more})" if more else label), text


def _annotation(name: str) -> Described:
    known = _labels()["annotations"]
    if name in known:
        return known[name]
    source = next((source for source, names in SOURCES.items() if name in names), None)
    text = f"A single annotation of {known[source][0]}." if source else "Annotations."
    return name.replace("_", " "), text


@cache
def _labels() -> dict[str, dict[str, Described]]:
    """Return label and help by field and name."""
    text = Path(__file__).with_name("labels.yaml").read_text(encoding="utf-8")
    return {
        field: {name: (label, line) for name, (label, line) in entries.items()}
        for field, entries in yaml.safe_load(text).items()
    }


#: By the field of an upload.
DESCRIBE: dict[Choice, Callable[[str], Described]] = {
    "embedders": _embedder,
    "methods": _method,
    "annotations": _annotation,
}
