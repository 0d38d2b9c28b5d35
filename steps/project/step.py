"""Embeddings -> one two-dimensional projection, by one of protspace's methods.

With `--onto`, the proteins of an earlier projection keep their coordinates, and others are placed
among them. `steps.project.output` says what is written.
"""

import argparse
import logging
import warnings
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steps import cli
from steps.config import defaults
from steps.errors import StepError
from steps.project import numba_cache, threads
from steps.project.methods import (
    DEVICES,
    OWN,
    WITH_NEIGHBORS,
    canonical_method,
    split_method,
)
from steps.project.output import PACKAGES, Origin, finish
from steps.project.parameters import METRICS, ReductionConfig

if TYPE_CHECKING:
    from steps.project.umap.reducer import Floats

# Before NumPy and Numba are imported, which happens below and only as far as the method needs.
threads.use_one()
numba_cache.use_cache()

#: Fields of ReductionConfig.
Parameters = dict[str, Any]

#: Fewest proteins that a method can place.
FEWEST = {"pca": 2, "mds": 2, "umap": 3, "pacmap": 4, "localmap": 4, "tsne": 6}
#: Defaults of `protspace project`, but for `eps`.
DEFAULTS: Parameters = {
    "perplexity": 30.0,
    "learning_rate": 200.0,
    "mn_ratio": 0.5,
    "fp_ratio": 2.0,
    "n_init": 4,
    "max_iter": 300,
    # scikit-learn's own. protspace's 1e-3 was for a stress that was not normalized: it stops MDS
    # after a few steps, where families still lie mixed.
    "eps": 1e-6,
}
_COMPILED = tuple(PACKAGES)


def adjusted(method: str, parameters: Parameters, count: int) -> Parameters:
    """Return the parameters that `count` proteins allow; log each change as a warning.

    `n_neighbors` is at most count - 1; t-SNE's `perplexity` at most a third of that, at least 5.
    """
    fewest = FEWEST.get(method, 2)
    if count < fewest:
        raise StepError(
            "TOO_FEW_SEQUENCES",
            f"{method} needs at least {fewest} proteins; there are {count}. "
            "Add proteins or leave the method out.",
        )
    most = {
        "n_neighbors": count - 1,
        "perplexity": max(5.0, float((count - 1) // 3)),
    }
    relevant = {"tsne": {"perplexity"}, "pca": set(), "mds": set()}.get(method, {"n_neighbors"})
    result = dict(parameters)
    for name in relevant:
        if parameters[name] > most[name]:
            result[name] = most[name]
            cli.log.warning(
                f"{method}: {name} {parameters[name]} is too large for {count} proteins; "
                f"{most[name]} was used."
            )
    return result


def reduce(
    data: "Floats", method: str, parameters: Parameters, threads_allowed: int = 1
) -> tuple["Floats", Parameters]:
    """Return coordinates (float32, shape (n, 2)) of `data` (float32, shape (n, d)), and metadata.

    Args:
        method: one of protspace's, without its dimension: `pca`, `umap`, ...
        parameters: fields of ReductionConfig, `layout` of UMAP, and `device` where neighbours are
            searched.
        threads_allowed: at most so many threads, where the result does not depend on it.

    Raises:
        StepError: NO_VARIATION where all embeddings are equal; PROJECTION_FAILED where coordinates
            are not finite; PYTORCH_MISSING, GPU_MISSING, OUT_OF_MEMORY of a device that cannot be
            used.
    """
    if (data == data[0]).all():
        raise StepError(
            "NO_VARIATION",
            "All proteins have the same embedding, so there is nothing to project. "
            "Add proteins that differ.",
        )
    threads.remind_numba()
    # PaCMAP warns that a seed is set, each time.
    logging.getLogger("pacmap").setLevel(logging.ERROR)
    return fit(_reducer(method, parameters, threads_allowed), data, method)


def fit(
    reducer: Any,  # noqa: ANN401  (of protspace's shape)
    data: Any,  # noqa: ANN401  (what the reducer takes)
    method: str,
) -> tuple["Floats", Parameters]:
    """Return coordinates by a reducer, and metadata, as `reduce` does.

    Raises:
        StepError: PROJECTION_FAILED where coordinates are not finite.
    """
    import numpy as np

    # The reducers import their libraries when they start.
    kept = numba_cache.kept_compilations() if method in _COMPILED else nullcontext()
    with kept, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        coordinates = np.asarray(reducer.fit_transform(data), dtype=np.float32)
    if not np.isfinite(coordinates).all():
        raise StepError(
            "PROJECTION_FAILED",
            f"{method} gave coordinates that are not finite. Try other parameters or another seed.",
        )
    return coordinates, reducer.get_params()


def _reducer(method: str, parameters: Parameters, threads_allowed: int) -> Any:  # noqa: ANN401
    from protspace.utils import get_reducers

    own: Parameters = {
        name: parameters[name] for name in ("layout", "device") if name in parameters
    }
    rest = {name: value for name, value in parameters.items() if name not in own}
    config = ReductionConfig(**rest)
    if method not in OWN:
        return get_reducers()[method](config)
    reducer = import_module(OWN[method]).Reducer
    if method not in WITH_NEIGHBORS:
        return reducer(config)
    if method != "umap":
        own["method"] = method
    return reducer(config, threads_allowed, **own)


def main(argv: list[str] | None = None) -> None:
    """Run step project."""
    options = cli.parser("project", __doc__)
    options.add_argument("embeddings", type=Path, help="HDF5 file")
    options.add_argument("--method", type=canonical_method, required=True, metavar="METHOD")
    add_options(options)
    options.add_argument("--device", choices=DEVICES, default=defaults.DEVICE, help="of the kNN")
    options.add_argument("--onto", type=Path, nargs="?", help="a projection to join")
    options.add_argument("--index", type=Path, metavar="PREFIX", help="of kept cells of the map")
    options.add_argument("--labels", type=Path, metavar="FILE", help="annotations of the map")
    options.add_argument("--label", nargs="*", default=[], metavar="ANNOTATION")
    cli.run(options, _work, argv)


def add_options(options: argparse.ArgumentParser) -> None:
    """Add the options that steps of projections share."""
    options.add_argument("--metric", choices=METRICS, default=defaults.METRIC)
    options.add_argument("--n-neighbors", type=int, default=defaults.N_NEIGHBORS)
    options.add_argument("--min-dist", type=float, default=defaults.MIN_DIST)
    options.add_argument("--random-state", type=int, default=defaults.RANDOM_STATE)
    options.add_argument("--threads", type=int, default=1, help="of UMAP; the result is the same")
    options.add_argument("--output", type=Path, required=True, help="parquet file to write")


def parameters_of(arguments: argparse.Namespace) -> Parameters:
    """Return fields of ReductionConfig: defaults, and what options say."""
    shared = ("metric", "n_neighbors", "min_dist", "random_state")
    return DEFAULTS | {name: getattr(arguments, name) for name in shared}


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    from steps.embed.file import read_embeddings

    method, inline = split_method(arguments.method)
    asked = parameters_of(arguments) | {"device": arguments.device} | inline
    if method == "umap":
        threads.let_numba_use(arguments.threads)
    if arguments.onto:
        _grow(arguments, method, asked, report)
        return
    embedder, identifiers, data = read_embeddings(arguments.embeddings)
    parameters = adjusted(method, asked, len(identifiers))
    coordinates, info = reduce(data, method, parameters, arguments.threads)
    notes = _notes(method, asked, data, coordinates)
    origin = Origin(embedder, arguments.method, info, notes)
    finish(arguments.output, identifiers, coordinates, origin, report)


def _notes(method: str, asked: Parameters, data: "Floats", coordinates: "Floats") -> dict[str, str]:
    """Return metadata by which new proteins can be placed on the map later."""
    from steps.project.placing.old_map import asked_notes, component_notes
    from steps.project.placing.pca import Components

    if method == "pca":
        return component_notes(Components.of(data, coordinates))
    return asked_notes(method, asked)


def _grow(
    arguments: argparse.Namespace, method: str, asked: Parameters, report: cli.Report
) -> None:
    """Place the proteins that are new to a map, and write it with all."""
    from steps.embed.file import read_embeddings
    from steps.project.placing.grow import grow
    from steps.project.placing.old_map import OldMap, asked_notes

    old = OldMap(arguments.onto, method)
    old.check(asked)
    embedder, identifiers, data = read_embeddings(arguments.embeddings)
    with numba_cache.kept_compilations():
        labels = (arguments.labels, arguments.label) if arguments.labels else None
        grown = grow(old, identifiers, data, asked, arguments.threads, arguments.index, labels)
    notes = asked_notes(method, asked) | grown.notes
    origin = Origin(embedder, arguments.method, grown.info, notes)
    finish(arguments.output, identifiers, grown.coordinates, origin, report)
    report.counts["placed"] = grown.info["placed"]
    if grown.again:
        report.parameters["placed_again"] = grown.again
