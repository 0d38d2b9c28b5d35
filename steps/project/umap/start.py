"""Where UMAP's points begin: two principal components, the same on every run."""

import numpy as np
import numpy.typing as npt

from steps.project.knn.points import Points, blocks
from steps.project.knn.search import EXACT

Floats = npt.NDArray[np.float32]

#: Dimensions of the space, made from a sample, in which the components of many points are sought.
_DIMENSIONS = 16


def start(data: Floats, random: np.random.RandomState) -> Floats:
    """Return two principal components, each from 0 to 10, with noise that parts equal points."""
    found = _components(data, random) if len(data) <= EXACT else _sampled_components(data)
    found += random.normal(scale=1e-5 * np.abs(found).max(), size=found.shape)
    low, high = found.min(axis=0), found.max(axis=0)
    scaled: Floats = 10 * (found - low) / np.where(high > low, high - low, 1)
    return scaled


def _components(data: Floats, random: np.random.RandomState) -> Floats:
    from sklearn.decomposition import PCA

    found: Floats = PCA(n_components=2, random_state=random).fit_transform(data)
    return found


def _sampled_components(data: Floats) -> Floats:
    """Return the components within a space made from a sample: no copy of all points is made."""
    from steps.project.knn.space import Space

    points = Points(data)
    space = Space.of(points, _DIMENSIONS)
    found = np.concatenate([space.project(points.take(rows)) for rows in blocks(len(points))])
    found -= found.mean(axis=0)
    _, vectors = np.linalg.eigh(found.T @ found)
    components: Floats = found @ vectors[:, :-3:-1]
    return components
