"""Pictures: which annotation colours them, and that they are the same each time."""

import numpy as np
import pyarrow as pa
import pytest
from matplotlib.figure import Figure

from steps.report.preview import draw
from steps.report.scatter import Scatter


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


def test_point_far_from_all_others_is_at_the_border_and_counted():
    points = np.random.default_rng(0).normal(size=(400, 2))
    points[7] = 1e6
    axes = Figure().add_subplot()
    scatter = Scatter(axes, *points.T)
    assert axes.get_xlabel() == "1 of 400 lie farther out, drawn at the border"
    assert np.ptp(scatter.places, axis=0).max() < 20


def test_points_of_one_cloud_are_all_inside():
    points = np.random.default_rng(0).normal(size=(10_000, 2))
    axes = Figure().add_subplot()
    assert (Scatter(axes, *points.T).places == points).all() and not axes.get_xlabel()


def test_first_annotation_colours_unless_another_is_named(tmp_path):
    projection = table(x=[0.0, 1.0, 2.0, 3.0], y=[0.0, 1.0, 0.0, 1.0])
    annotations = table(family=["a", "a", "b", "b"], kind=["c", "d", "c", "d"])
    draw(projection, annotations, "title", tmp_path / "first.svg")
    draw(projection, annotations, "title", tmp_path / "kind.svg", column="kind")
    assert "<!-- family -->" in (tmp_path / "first.svg").read_text()
    assert "<!-- kind -->" in (tmp_path / "kind.svg").read_text()
