"""Pictures: which annotation colours them, and that they are the same each time."""

import numpy as np
import pyarrow as pa
import pytest
from matplotlib.figure import Figure

from steps.report.preview import draw
from steps.report.scatter import COLOURS, Scatter


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


def test_cells_that_differ_in_scores_alone_have_one_colour():
    axes = Figure().add_subplot()
    scatter = Scatter(axes, *np.random.default_rng(0).normal(size=(2, 12)))
    scatter.categories("pfam", [f"PF1|{n}" for n in range(10)] + ["NA", "PF2|1"], {})
    texts = [text.get_text() for text in axes.get_legend().get_texts()]
    assert texts == ["PF1", "PF2", "other or missing"]
    drawn = [len(np.unique(each.get_facecolors(), axis=0)) for each in axes.collections[:2]]
    assert drawn == [1, 2]


def test_dollar_signs_of_names_stay():
    axes = Figure().add_subplot()
    Scatter(axes, np.arange(3.0), np.arange(3.0)).categories("$a$", ["b"] * 3, {})
    assert axes.get_legend().get_title().get_text() == r"\$a\$"


@pytest.mark.parametrize(("label", "kept"), [("β-sheet", False), ("蛋白质", True), ("עברית", True)])
def test_signs_that_only_browsers_can_draw_are_written_as_text(tmp_path, label, kept):
    projection = table(x=[0.0, 1.0, 2.0], y=[0.0, 1.0, 0.0])
    draw(projection, table(kind=[label, label, "b"]), "title", tmp_path / "a.svg")
    assert (f">{label}</text>" in (tmp_path / "a.svg").read_text()) == kept


def test_colour_of_a_style_is_given_to_no_other_value():
    axes = Figure().add_subplot()
    scatter = Scatter(axes, np.arange(3.0), np.arange(3.0))
    scatter.categories("kind", ["a", "b", "c"], {"c": COLOURS[0].lower()})
    assert len(np.unique(axes.collections[1].get_facecolors(), axis=0)) == 3
