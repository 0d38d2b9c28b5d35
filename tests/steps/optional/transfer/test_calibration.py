"""How often transferred labels are right, by leave-one-out."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from protlabel import eat

from steps.embed.file import write_embeddings
from steps.optional.transfer import columns
from tests.steps.optional.transfer.conftest import families

COUNT = 60


@pytest.fixture
def known(tmp_path, step):
    """Return 60 proteins of three families, all labelled, some wrongly; `q` has none."""
    rng = np.random.default_rng(1)
    of = rng.integers(0, 3, COUNT)
    matrix = families(of) + rng.normal(size=(COUNT, 8)).astype(np.float32)
    labels = [f"f{it};g|{row}" for row, it in enumerate(np.where(rng.random(COUNT) < 0.8, of, 3))]
    names = [f"p{row:02d}" for row in range(COUNT)]
    write_embeddings(tmp_path / "q.h5", "model", [([*names, "q"], np.vstack([matrix, matrix[:1]]))])
    table = {"protein_id": [*names, "q"], "family": [*labels, None]}
    pq.write_table(pa.table(table), tmp_path / "q.parquet")
    return names, matrix, labels


def withheld(names, matrix, labels, row, k, metric):
    """Return what protspace's engine gives a protein whose label is withheld."""
    rest = [at for at in range(len(names)) if at != row]
    others = [names[at] for at in rest], [labels[at] for at in rest]
    (found,) = eat(matrix[[row]], ["x"], matrix[rest], *others, k=k, metric=metric)
    return found


@pytest.mark.parametrize(("k", "metric"), [(1, "cosine"), (5, "cosine"), (3, "euclidean")])
def test_calibration_is_that_of_protspace_with_each_label_withheld(step, known, k, metric):
    report = step(f"--neighbors={k}", f"--metric={metric}").report["parameters"]
    found = report["calibration"]["family"]
    theirs = [withheld(*known, row, k, metric) for row in range(COUNT)]
    shown = [label.split("|")[0] for label in known[2]]
    right = [it.label.split("|")[0] == own for it, own in zip(theirs, shown, strict=True)]
    assert found["right"] == round(np.mean(right), 4) and 0 < found["right"] < 1
    assert (found["labelled"], found["tested"], found["sampled"]) == (COUNT, COUNT, False)
    sure = [it.reliability >= 0.9 for it in theirs]
    classes = [it for it in found["by_reliability"] if it["at_least"] >= 0.9]
    assert sum(it["tested"] for it in classes) == sum(sure)
    for kind in ("by_reliability", "by_distance"):
        assert sum(it["tested"] for it in found[kind]) == COUNT
        assert sum(it["queries"] for it in found[kind]) == 1
        total = sum(it["tested"] * (it["right"] or 0) for it in found[kind])
        assert total / COUNT == pytest.approx(found["right"], abs=1e-3)


def test_log_says_how_many_are_right(step, known, tmp_path):
    found = step().report["parameters"]["calibration"]["family"]
    text = (tmp_path / "t.log").read_text()
    share = f"{100 * found['right']:.1f} % get their own label from the others"
    assert f"of {COUNT} proteins labelled with 'family', {share}" in text
    assert "with a reliability of 0.9 or more" in text
    assert "Of 1 transferred labels, 1 are that reliable." in text


def test_baseline_and_labels_of_one_are_counted(step, known, tmp_path):
    cells = ["a"] * 30 + ["b"] * 28 + ["c", "d", None]
    names = pq.read_table(tmp_path / "q.parquet")["protein_id"]
    pq.write_table(pa.table({"protein_id": names, "family": cells}), tmp_path / "q.parquet")
    found = step().report["parameters"]["calibration"]["family"]
    assert (found["most_common"], found["labels_of_one"]) == (0.5, 2)


def test_sample_is_the_same_each_time_and_reported(step, known, tmp_path, monkeypatch):
    monkeypatch.setattr(columns, "TESTED", 20)
    one, two = (step().report["parameters"]["calibration"] for _ in range(2))
    assert one == two and (one["family"]["tested"], one["family"]["sampled"]) == (20, True)
    assert "labelled with 'family' (20 tested), " in (tmp_path / "t.log").read_text()


def test_single_reference_has_neither_calibration_nor_usual_distance(step, tmp_path):
    result = step("--max-distance=auto", transfer=["kind"])
    assert result.report["parameters"]["calibration"] == {}
    assert result.table["kind__neighbor"] == [None, *["near"] * 4]
    assert "there is no usual distance" in result.report["warnings"][0]


def test_annotation_without_gaps_or_without_values_is_left_out(step, tmp_path):
    names = [f"q{row}" for row in range(5)]
    table = {"protein_id": names, "none": pa.nulls(5, pa.string()), "all": ["x"] * 5}
    pq.write_table(pa.table(table), tmp_path / "q.parquet")
    result = step(transfer=["none", "all"])
    assert list(result.table) == ["protein_id"] and len(result.rows) == 1
    assert result.report["warnings"] == [
        "transfer: no protein has a value of 'none', so none is transferred.",
        "transfer: no protein lacks a value of 'all', so none is transferred.",
    ]


def test_all_distant_queries_are_left_without_a_label(step):
    result = step("--max-distance=0", "--skip-distant", transfer=["kind"])
    assert result.table["kind__pred_value"] == [None] * 5
    assert result.table["kind__neighbor"] == [None, *["distant"] * 4]
    assert "so none got a label" in result.report["warnings"][0]
