"""Fewer dimensions, in which distances are about those in all: principal components of a sample."""

from dataclasses import dataclass

import numpy as np
from sklearn.utils.extmath import randomized_svd

from steps.project.knn.points import Floats, Points, drawn

_SAMPLE, _SEED, _POWERS = 10_000, 0, 2


@dataclass(frozen=True)
class Space:
    """A linear map into fewer dimensions: `basis`, shape (d, m), after `centre` is subtracted."""

    centre: Floats
    basis: Floats

    @classmethod
    def of(cls, points: Points, dimensions: int) -> "Space":
        """Return the leading principal components of a sample, largest first."""
        sample = points.take(drawn(len(points), _SAMPLE))
        centre = sample.mean(axis=0)
        _, _, leading = randomized_svd(
            sample - centre, min(dimensions, *sample.shape), n_iter=_POWERS, random_state=_SEED
        )
        return cls(centre, np.ascontiguousarray(leading.T, dtype=np.float32))

    def project(self, points: Floats) -> Floats:
        """Return coordinates, shape (n, m)."""
        return np.asarray(points @ self.basis - self.centre @ self.basis, dtype=np.float32)
