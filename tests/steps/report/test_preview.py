"""Pictures: which annotation colours them, and that they are the same each time."""

import numpy as np
import pyarrow as pa
import pytest

from steps.report.preview import draw


def table(**columns):
    count = len(next(iter(columns.values())))
    return pa.table({"protein_id": [f"P{i}" for i in range(count)], **columns})


@pytest.mark.parametrize(
    "columns",
    [
        {"family": ["a$b", "c%3Bd", None, "a$b", "c%3Bd", None]},
        {"length": [1, None, 3, 4, 5, 6]},
        {"one": ["a"] * 6},
    ],
)
def test_a_picture_has_the_same_bytes_each_time(tmp_path, columns):
    points = np.random.default_rng(0).normal(size=(6, 2)).astype(np.float32)
    projection = table(x=points[:, 0], y=points[:, 1])
    for name in ("one.svg", "two.svg"):
        draw(projection, table(**columns), "title", tmp_path / name)
    assert b"<svg" in (tmp_path / "one.svg").read_bytes()
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
