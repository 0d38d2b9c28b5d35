"""Projection methods as protspace spells them: `pca2`, `umap2:n_neighbors=50;min_dist=0.3`."""

import re
from typing import Any

from protspace.utils.constants import REDUCER_METHODS

from steps.errors import did_you_mean
from steps.project.parameters import ReductionConfig

#: Methods that are ours, or ours in place of protspace's -> module with a class `Reducer`.
OWN = {
    "umap": "steps.project.umap.reducer",
    "pacmap": "steps.project.pacmap",
    "localmap": "steps.project.pacmap",
}
#: Those of ours that begin with a search of k-nearest neighbours.
WITH_NEIGHBORS = ("umap", "pacmap", "localmap")
#: Those that can place new proteins on a map that exists.
PLACING = ("pca", "umap")
#: Parameters that may be set inline, with the type protspace gives each.
PARAMETERS = {
    "eps": float,
    "fp_ratio": float,
    "layout": str,
    "learning_rate": float,
    "max_iter": int,
    "metric": str,
    "min_dist": float,
    "mn_ratio": float,
    "n_init": int,
    "n_neighbors": int,
    "perplexity": float,
    "random_state": int,
}
#: Who lays out UMAP's graph: `steps.project.umap.layout`, or umap-learn (slower, one thread).
LAYOUTS = ("blocks", "umap-learn")
#: Where neighbours are searched.
DEVICES = ("cpu", "cuda")
#: The method whose maps are opened first, of each embedder.
FIRST_METHOD = "umap"
#: The name of MMseqs2's identities among the embedders, as in protspace; and that of their
#: projection in paths, whose method depends on the number of proteins.
SIMILARITY, SIMILARITY_PROJECTION = "MMseqs2", "identity"
_SPEC = re.compile(r"(?P<method>[a-z]+)(?P<dimensions>[0-9]*)(?::(?P<parameters>.*))?")


def canonical_method(text: str) -> str:
    """Return the one spelling of a method, its inline parameters checked and sorted by name.

    Raises:
        ValueError: a sentence naming the fault, what is allowed and the closest match.
    """
    spec = _SPEC.fullmatch(text.strip())
    known = list(dict.fromkeys([*REDUCER_METHODS, *OWN]))
    if not spec or spec["method"] not in known:
        raise ValueError(_unknown(f"'{text}'", text, [f"{name}2" for name in known]))
    if spec["dimensions"] != "2":
        raise ValueError(f"'{text}' must be two-dimensional: write '{spec['method']}2'.")
    pairs = dict(_pair(text, part) for part in (spec["parameters"] or "").split(";") if part)
    _check_layout(text, spec["method"], pairs.get("layout"))
    _check_values(text, {name: value for name, value in pairs.items() if name != "layout"})
    inline = ";".join(f"{name}={pairs[name]}" for name in sorted(pairs))
    return f"{spec['method']}2:{inline}" if inline else f"{spec['method']}2"


def _pair(text: str, part: str) -> tuple[str, int | float | str]:
    name, equals, value = (piece.strip() for piece in part.partition("="))
    if not equals:
        raise ValueError(f"'{part}' in '{text}' must be written as parameter=value.")
    if name not in PARAMETERS:
        raise ValueError(_unknown(f"parameter '{name}' of '{text}'", name, list(PARAMETERS)))
    try:
        return name, PARAMETERS[name](value)
    except ValueError:
        kind = "a whole number" if PARAMETERS[name] is int else "a number"
        raise ValueError(f"{name} in '{text}' must be {kind}, not '{value}'.") from None


def _check_layout(text: str, method: str, layout: int | float | str | None) -> None:
    if layout is None:
        return
    if method != "umap":
        raise ValueError(f"'{text}': only umap2 has a layout to choose.")
    if layout not in LAYOUTS:
        raise ValueError(_unknown(f"layout of '{text}'", str(layout), list(LAYOUTS)))


def _check_values(text: str, pairs: dict[str, Any]) -> None:
    try:
        ReductionConfig(**pairs)
    except ValueError as error:
        raise ValueError(f"'{text}': {error}.") from None


def _unknown(what: str, word: str, allowed: list[str]) -> str:
    return f"{what} is unknown; allowed: {', '.join(allowed)}.{did_you_mean(word, allowed)}"


def split_method(canonical: str) -> tuple[str, dict[str, int | float | str]]:
    """Return `umap` and its inline parameters, typed, of `umap2:n_neighbors=50`."""
    method, _, inline = canonical.partition(":")
    pairs = (part.partition("=") for part in inline.split(";") if part)
    return method[:-1], {name: PARAMETERS[name](value) for name, _, value in pairs}
