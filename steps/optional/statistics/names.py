"""Name clusters by the values of annotations that are enriched in them.

A value is enriched where the hypergeometric test says that a cluster has more proteins with it than
the proteins at large, all values of all clusters corrected together (Benjamini & Hochberg 1995,
doi:10.1111/j.2517-6161.1995.tb02031.x). The least likely value names the cluster.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steps.optional.statistics.clusters import Codes
from steps.optional.statistics.values import Values

#: Largest rate of false discoveries, and the smallest share of a cluster that may name it.
RATE, SHARE = 0.05, 0.1
_LONGEST = 80

type Floats = NDArray[np.float64]
type Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Name:
    """A value that is enriched in a cluster.

    Attributes:
        percent: part of the cluster's proteins that have the value.
        rate: of false discoveries (q).
    """

    annotation: str
    value: str
    percent: int
    rate: float

    @property
    def text(self) -> str:
        """Return the name as it is shown."""
        # Behind the sign, ProtSpace looks for a score.
        value = self.value.replace("|", "/")
        short = value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…"
        return f"{short} ({self.percent} %)"


@dataclass(frozen=True)
class Enriched:
    """Enriched values of one annotation, an entry for each pair of cluster and value.

    `chance` is the natural logarithm of the probability of just these proteins, which, unlike `p`,
    is never rounded to zero. `tests` is the number of all pairs.
    """

    cluster: Integers
    code: Integers
    percent: Integers
    p: Floats
    chance: Floats
    tests: int


def cluster_names(clusters: Codes, annotations: Sequence[Values]) -> dict[int, Name]:
    """Return the names of clusters by their numbers; those without enriched values have none.

    Args:
        clusters: number of each protein's cluster from 0 on, -1 for none.
        annotations: of all proteins; of equally unlikely values the first annotation's is taken.
    """
    if not annotations or not (clusters >= 0).any():
        return {}
    found = [enriched(clusters, values) for values in annotations]
    tests = sum(each.tests for each in found)
    rates = false_discovery_rates(np.concatenate([each.p for each in found]), tests)
    best: dict[int, tuple[float, Name]] = {}
    ends = np.cumsum([len(each.p) for each in found])[:-1]
    for values, each, rate in zip(annotations, found, np.split(rates, ends), strict=True):
        for at in np.flatnonzero(rate <= RATE):
            cluster, chance = int(each.cluster[at]), float(each.chance[at])
            if cluster not in best or chance < best[cluster][0]:
                text = values.texts[each.code[at]]
                name = Name(values.annotation, text, int(each.percent[at]), float(rate[at]))
                best[cluster] = chance, name
    return {cluster: best[cluster][1] for cluster in sorted(best)}


def enriched(clusters: Codes, values: Values) -> Enriched:
    """Return which values at least two proteins, and a tenth, of a cluster have, more than chance.

    Proteins without a value of the annotation are left out of the test, not of the shares.
    """
    from scipy.stats import hypergeom

    inside = clusters[values.rows] >= 0
    kinds = len(values.texts)
    pairs, here = np.unique(
        clusters[values.rows][inside].astype(np.int64) * kinds + values.codes[inside],
        return_counts=True,
    )
    cluster, code = np.divmod(pairs, max(kinds, 1))
    sizes = np.bincount(clusters[clusters >= 0])
    drawn = np.bincount(clusters[values.known & (clusters >= 0)], minlength=len(sizes))[cluster]
    total, having = int(values.known.sum()), np.bincount(values.codes, minlength=kinds)
    more = here * total > having[code] * drawn
    kept = (here >= 2) & (here >= SHARE * sizes[cluster]) & more
    cluster, code, here, drawn = cluster[kept], code[kept], here[kept], drawn[kept]
    return Enriched(
        cluster,
        code,
        100 * here // sizes[cluster],
        np.asarray(hypergeom.sf(here - 1, total, having[code], drawn)),
        np.asarray(hypergeom.logpmf(here, total, having[code], drawn)),
        len(sizes) * int((having >= 2).sum()),
    )


def false_discovery_rates(p: Floats, tests: int) -> Floats:
    """Return the rates at which each p, and all below it, are false (Benjamini-Hochberg).

    Args:
        p: some of the values, no other one of which is smaller.
        tests: the number of all.
    """
    order = np.argsort(p, kind="stable")
    rates = p[order] * tests / np.arange(1, len(p) + 1)
    result = np.empty_like(rates)
    result[order] = np.minimum(np.minimum.accumulate(rates[::-1])[::-1], 1)
    return result
