"""Sentences on the maps: methods with their parameters, similarity, nearest proteins."""

from collections.abc import Callable
from typing import Any

from steps.project.methods import split_method
from steps.report.methods.citations import name_of
from steps.report.methods.embedding import display_name
from steps.report.methods.run import Report, Run
from steps.report.methods.text import Text, cite, counted, joined, number, percent

_METRICS = {
    "euclidean": "Euclidean distance",
    "cosine": "cosine distance",
    "manhattan": "Manhattan distance",
    "sqrt(1 - identity)": "distance √(1 − identity)",
}
_STARTS = {
    "pca": "started from principal components",
    "components": "started from the connected components",
}
_LAYOUTS = {
    "blocks": "laid out by protspace-pipeline",
    "umap-learn": "laid out by umap-learn",
}
#: Parameters in the order of the text -> how each is written; the others follow from the method.
_WRITTEN: dict[str, Callable[[Any], str]] = {
    "explained_variance_ratio": lambda shares: (
        "explained variance " + " and ".join(percent(share) for share in shares)
    ),
    "n_neighbors": lambda count: counted(count, "neighbour"),
    "min_dist": lambda value: f"minimum distance {number(value)}",
    "perplexity": lambda value: f"perplexity {number(value)}",
    "learning_rate": lambda value: f"learning rate {number(value)}",
    "MN_ratio": lambda value: f"ratio of mid-near pairs {number(value)}",
    "FP_ratio": lambda value: f"ratio of further pairs {number(value)}",
    "n_init": lambda count: counted(count, "start"),
    "max_iter": lambda count: f"at most {counted(count, 'iteration')}",
    "eps": lambda value: f"tolerance {number(value)}",
    "metric": lambda name: _METRICS.get(name, name),
    "init": lambda name: _STARTS.get(name, ""),
    "layout": lambda name: _LAYOUTS.get(name, ""),
    "random_state": lambda seed: f"seed {seed}",
}


def sentences(run: Run) -> list[Text]:
    """Return how each embedding was projected, the map of similarities, and nearest proteins."""
    embedders = dict.fromkeys(each["parameters"]["embedder"] for each in run.projections)
    found = [_projected(run, embedder, len(embedders) == 1) for embedder in embedders]
    return found + _similarity(run) + _nearest(run)


def _projected(run: Run, embedder: str, alone: bool) -> Text:
    of = "" if alone else f" by {display_name(embedder)}"
    methods = [
        _method(each["parameters"])
        for each in run.projections
        if each["parameters"]["embedder"] == embedder
    ]
    first: Text = [f"The embeddings{of} were projected to two dimensions by "]
    return [*first, *joined(methods, last=", and by ", between=", by "), "."]


def _method(parameters: Report) -> Text:
    """Return the method of a projection, and its parameters."""
    method, _ = split_method(parameters["method"])
    known = {
        name: write(parameters[name]) for name, write in _WRITTEN.items() if name in parameters
    }
    details: list[Text] = [[text] for text in known.values() if text]
    if searched := _searched(parameters):
        details.insert(-1, searched)
    found: Text = [name_of("method", method), *cite("method", method)]
    return [*found, " (", *joined(details, last=", "), ")"] if details else found


def _searched(parameters: dict[str, Any]) -> Text:
    """Return how nearest neighbours were found, where a report says so."""
    how = str(parameters.get("neighbors", ""))
    if how == "exact":
        # Those by this metric are searched by code of the pipeline.
        own = parameters.get("metric") == "manhattan"
        return ["exact nearest neighbours", *(cite("neighbors", "exact") if not own else [])]
    if how == "cells":
        recall = f"nearest neighbours through cells with a recall of {parameters['recall']:.3f}"
        return [recall, *cite("neighbors", "cells")]
    return ["exact nearest neighbours on a GPU"] if "cuda" in how else []


def _similarity(run: Run) -> list[Text]:
    searched, projected = run.report("similarity"), run.report("project_similarity")
    if not searched or not projected:
        return []
    counts, parameters = searched["counts"], searched["parameters"]
    most = parameters["most_hits"]
    pairs = "all pairs" if most >= counts["proteins"] else f"at most {most:,} hits of each"
    first: Text = ["The sequences were aligned by MMseqs2", *cite("branch", "similarity")]
    details = f" ({pairs}, sensitivity {parameters['sensitivity']}, E-value at most "
    details += f"{number(parameters['e_value'])}; {counts['pairs_aligned']:,} pairs with a hit)"
    first.append(f"{details} and placed by their identities by ")
    return [[*first, *_method(projected["parameters"]), "."]]


def _nearest(run: Run) -> list[Text]:
    reports = run.reports("neighbours")
    if not reports:
        return []
    parameters, count = reports[0]["parameters"], reports[0]["counts"]["neighbours"]
    metric = _METRICS.get(parameters["metric"], parameters["metric"])
    found: Text = [f"The {counted(count, 'nearest protein')} of each were found in each embedding "]
    return [[*found, f"({metric}, ", *_searched(parameters), ")."]]
