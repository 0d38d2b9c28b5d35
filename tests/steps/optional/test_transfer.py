"""Transferred labels: those of protspace's own command, also of several neighbours."""

import numpy as np
import pyarrow as pa
import pytest
from protlabel.backends import nearest
from protspace.analysis.classification import Rule
from protspace.cli.transfer import run_transfer
from protspace.data.io.predictions import write_report

from steps.optional.transfer import prediction
from steps.optional.transfer.origins import write_origins
from steps.optional.transfer.step import transferred

COUNT = 90


@pytest.fixture(scope="module")
def data():
    """Return annotations with gaps and embeddings, of which some are equal and one is missing."""
    rng = np.random.default_rng(5)
    family = rng.integers(0, 4, COUNT)
    matrix = (rng.normal(size=(4, 24))[family] + rng.normal(size=(COUNT, 24))).astype(np.float32)
    matrix[10], matrix[12] = matrix[11], 0
    names = [f"sp|P{row:02d}" for row in rng.permutation(COUNT)]
    labels = [f"family {it}; part%3B 1|EXP" if rng.random() < 0.4 else None for it in family]
    labels[:3] = ["N/A", "", " "]
    numbers = [float(it) if rng.random() < 0.5 else None for it in family]
    table = {"protein_id": names, "family": labels, "number": numbers, "none": [None] * COUNT}
    table["all"] = ["x"] * COUNT
    kinds = {"none": pa.string()}
    annotations = pa.table({name: pa.array(it, kinds.get(name)) for name, it in table.items()})
    return annotations, (names[:-1], matrix[:-1])


def options(**given):
    return {"neighbors": 1, "max_distance": None, "threads": 1} | given


def ours(data, path, **given):
    table, origins = transferred(*data, ["family", "number"], options(**given))
    write_origins(path, origins)
    return table.to_pydict(), path.read_text()


def theirs(data, path, neighbors=1, max_distance=None):
    annotations, embeddings = data
    rows = []
    table = run_transfer(
        annotations=annotations,
        embeddings=dict(zip(*embeddings, strict=True)),
        transfer_columns=["family", "number"],
        query_rule=Rule(),
        reference_rule=Rule(),
        k=neighbors,
        metric="cosine",
        report=rows,
        max_distance=max_distance,
    )
    write_report(path, rows)
    return table.drop_columns(annotations.column_names[1:]).to_pydict(), path.read_text()


@pytest.mark.parametrize("neighbors", [1, 3, 8, 500])
@pytest.mark.parametrize("max_distance", [None, 0.3, "auto"])
def test_labels_are_those_of_protspace(data, tmp_path, neighbors, max_distance):
    chosen = {"neighbors": neighbors, "max_distance": max_distance}
    assert ours(data, tmp_path / "a", **chosen) == theirs(data, tmp_path / "b", **chosen)


def test_number_of_threads_changes_nothing(data, tmp_path):
    one, two = (ours(data, tmp_path / str(count), threads=count) for count in (1, 2))
    assert one == two


@pytest.mark.slow
def test_labels_of_many_references_are_those_of_the_nearest():
    rng = np.random.default_rng(2)
    families = rng.normal(size=(600, 32)).astype(np.float32)
    codes = np.arange(24_000) % 600
    references = families[codes] + 0.3 * rng.normal(size=(24_000, 32)).astype(np.float32)
    queries = families[:300] + 0.3 * rng.normal(size=(300, 32)).astype(np.float32)
    near = prediction.find_neighbors(queries, references, np.arange(24_000), 3, threads=2)
    everything, _ = nearest(queries, references, 3, "cosine")
    found = prediction.predict(near, codes)
    assert near.recall > 0.97 and (near.rows == everything).mean() > 0.97
    assert (found.codes == np.arange(300)).mean() > 0.97


def test_equal_neighbors_come_by_identifier():
    points = np.ones((4, 3), dtype=np.float32)
    near = prediction.find_neighbors(points[:1], points, np.array([3, 1, 0, 2]), 2)
    assert near.rows.tolist() == [[2, 1]]


def test_annotation_without_gaps_or_without_values_is_left_out(data, caplog):
    table, origins = transferred(*data, ["none", "all"], options())
    assert (table.column_names, origins) == (["protein_id"], [])
    assert caplog.messages == [
        "transfer: no protein has a value of 'none', so none is transferred.",
        "transfer: no protein lacks a value of 'all', so none is transferred.",
    ]


def test_single_reference_has_no_usual_distance(data, caplog):
    annotations, embeddings = data
    cells = ["x", *[None] * (COUNT - 1)]
    annotations = annotations.append_column("rare", pa.array(cells))
    table, _ = transferred(annotations, embeddings, ["rare"], options(max_distance="auto"))
    assert set(table["rare__neighbor"].to_pylist()) == {None, "near"}
    assert "there is no usual distance" in caplog.text
