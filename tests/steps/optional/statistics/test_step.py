"""The step beside `protspace stats` on the same files, for each of its choices."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steps.bundle.tables import projection_tables
from steps.embed.file import write_embeddings
from steps.optional.statistics import step
from steps.optional.statistics.summary import samples

COUNT = 80
#: Options of the step, and those of the command.
CHOICES = [
    ({"cluster-selection": "silhouette"}, ("--cluster-selection", "silhouette")),
    ({"cluster-selection": "both"}, ("--cluster-selection", "both")),
    ({"cluster-space": "projection"}, ("--cluster-space", "projection")),
    (
        {"cluster-space": "embedding", "metric": "cosine"},
        ("--cluster-space", "embedding", "--metric", "cosine"),
    ),
    ({"score": ("family", "number", "own")}, ("--stats-annotation", "family,number,own")),
    ({"random-state": 7}, ("--seed", "7")),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with embeddings, two projections of them and annotations."""
    folder, rng = tmp_path_factory.mktemp("statistics"), np.random.default_rng(5)
    family = rng.integers(0, 4, COUNT)
    matrix = (3 * rng.normal(size=(4, 60))[family] + rng.normal(size=(COUNT, 60))).astype("f4")
    names = [f"sp|P{row:02d}" for row in rng.permutation(COUNT)]
    write_embeddings(folder / "e.h5", "prot_t5", [(names, matrix)])
    for method, axes in (("pca2", [0, 1]), ("umap2", [2, 3])):
        columns = {"protein_id": names, "x": matrix[:, axes[0]], "y": matrix[:, axes[1]]}
        origin = {"embedder": "prot_t5", "method": method, "info_json": "{}"}
        table = pa.table(columns).replace_schema_metadata(origin)
        pq.write_table(table, folder / f"{method}.parquet")
    table = {"protein_id": names, "number": [float(it) for it in family], "own": names}
    table["family"] = [f"family {it}|EXP" if rng.random() < 0.7 else None for it in family]
    table["one"] = ["a"] * COUNT
    pq.write_table(pa.table(table), folder / "a.parquet")
    return folder


def paths(folder):
    return [folder / f"{method}.parquet" for method in ("pca2", "umap2")]


def succeed(command):
    """Run a command with one thread, and the same kernels: the last digits depend on them."""
    environment = {name: it for name, it in os.environ.items() if "OPENBLAS" not in name}
    environment |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    command = list(map(str, command))
    ended = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


def run(folder, target, **options):
    """Run the step in a process of its own; return its report."""
    command = [sys.executable, "-m", "steps", "statistics", "--embeddings", folder / "e.h5"]
    command += ["--projections", *paths(folder), "--annotations", folder / "a.parquet"]
    for name, value in options.items():
        command += [f"--{name}", *(value if isinstance(value, tuple) else [value])]
    for name in ("scores", "clusters"):
        command += [f"--{name}", target / f"{name}.parquet"]
    command += ["--quality", target / "q.json", "--styles", target / "s.json"]
    command += ["--report", target / "report.json", "--log", target / "log"]
    succeed(command)
    return json.loads((target / "report.json").read_text())


def run_protspace(folder, target, *options):
    """Run protspace's command; return its scores, annotations and faithfulness."""
    for name, table in zip(("metadata", "data"), projection_tables(paths(folder)), strict=True):
        pq.write_table(table, target / f"projections_{name}.parquet")
    annotations, scores = target / "annotations.parquet", target / "theirs.parquet"
    shutil.copy(folder / "a.parquet", annotations)
    command = [Path(sys.executable).with_name("protspace"), "stats", "-i", folder / "e.h5"]
    command += ["-p", target, "-a", annotations, "-o", scores, *options]
    succeed(command)
    metadata = pq.read_table(target / "projections_metadata.parquet")
    notes = [json.loads(text)["quality"] for text in metadata["info_json"].to_pylist()]
    return pq.read_table(scores).to_pylist(), pq.read_table(annotations), notes


def rows(target):
    found = pq.read_table(target / "scores.parquet").to_pylist()
    return [row for row in found if not row["metric"].startswith("knn_agreement")]


@pytest.mark.slow
@pytest.mark.parametrize(("ours", "theirs"), CHOICES, ids=lambda it: str(next(iter(it))))
def test_choice_does_what_it_does_in_protspace(folder, tmp_path, ours, theirs):
    run(folder, tmp_path, **ours)
    scores, annotations, quality = run_protspace(folder, tmp_path, *theirs)
    assert len(scores) > 20 and rows(tmp_path) == scores
    clusters = pq.read_table(tmp_path / "clusters.parquet")
    added = annotations.column_names[5:]
    assert clusters.column_names == ["protein_id", *added] and added
    assert all(clusters[name].to_pylist() == annotations[name].to_pylist() for name in added)
    found = json.loads((tmp_path / "q.json").read_text()).values()
    for one, other in zip(found, quality, strict=True):
        for name in other:
            assert one[name]["value"] == pytest.approx(other[name]["value"], abs=1e-9)
            assert one[name]["metric"] == other[name]["metric"]


@pytest.mark.slow
def test_clusters_by_density_are_named_and_reported(folder, tmp_path):
    report = run(folder, tmp_path, clustering=("hdbscan",))
    found = report["parameters"]["hdbscan"]["ProtT5 — UMAP 2"]
    assert found["clusters"] == found["named"] >= 3 and found["min_cluster_size"] == 5
    assert {"fast-hdbscan", "numba"} <= set(report["versions"])
    column = pq.read_table(tmp_path / "clusters.parquet")["cluster_hdbscan_ProtT5 — UMAP 2"]
    cells = Counter(column.to_pylist())
    # As protspace's grammar has it: a percent sign is the start of an escape.
    assert all(cell is None or cell.endswith(" %25)") for cell in cells) and len(cells) > 3
    styles = json.loads((tmp_path / "s.json").read_text())[column_name(column, tmp_path)]
    assert {key.replace("%", "%25") for key in styles["categories"]} == set(cells) - {None}


def column_name(column, target):
    table = pq.read_table(target / "clusters.parquet")
    return next(name for name in table.column_names if table[name] == column)


def test_agreement_of_neighbours_is_in_scores_and_report(folder, tmp_path):
    report = run(folder, tmp_path, clustering=())
    found = report["parameters"]["knn_agreement"]
    assert set(found) == {"ProtT5 — PCA 2", "ProtT5 — UMAP 2", "prot_t5"}
    family = found["prot_t5"]["family"]
    assert family["value"] > 0.9 > family["null_mean"] and family["p"] < 0.01
    scores = pq.read_table(tmp_path / "scores.parquet").to_pylist()
    by_metric = {row["metric"]: row["value"] for row in scores if row["space_name"] == "prot_t5"}
    assert by_metric["knn_agreement"] == family["value"]
    assert by_metric["knn_agreement_null_mean"] == family["null_mean"]
    assert by_metric["knn_agreement_p"] == family["p"]
    assert pq.read_table(tmp_path / "clusters.parquet").column_names == ["protein_id"]


def main(folder, target, *options):
    made = ["--scores", target / "c.parquet", "--clusters", target / "k.parquet"]
    made += ["--quality", target / "q.json", "--styles", target / "s.json"]
    given = ["--embeddings", folder / "e.h5", "--projections", *paths(folder)]
    given += ["--annotations", folder / "a.parquet", "--clustering", *options]
    step.main(list(map(str, [*given, *made, "--log", target / "x.log"])))


def test_scores_and_numbers_of_clusters_are_in_the_report(folder, tmp_path):
    report = run(folder, tmp_path, **{"cluster-selection": "both"})
    found = report["parameters"]["faithfulness"]["ProtT5 — PCA 2"]
    quality = json.loads((tmp_path / "q.json").read_text())["ProtT5 — PCA 2"]
    assert found["trustworthiness"] == quality["trustworthiness"]["value"]
    assert (found["neighbors"], found["proteins"]) == (15, COUNT)
    numbers = report["parameters"]["kmeans"]["ProtT5 — PCA 2"]
    assert numbers.keys() == {"elbow", "silhouette"} and min(numbers.values()) > 1


def test_unknown_annotation_is_refused_with_those_there_are(folder, tmp_path):
    with pytest.raises(SystemExit):
        main(folder, tmp_path, "--score", "famly")
    error = json.loads((tmp_path / "x.error.json").read_text())
    assert error["code"] == "INVALID_CONFIG"
    assert "Key 'statistics_annotations': there is no annotation 'famly'" in error["message"]
    assert "Did you mean 'family'?" in error["message"]


def test_annotation_of_one_value_is_left_out_with_a_warning(folder, tmp_path):
    main(folder, tmp_path, "--score", "one", "organism", "--requested", "header")
    log = (tmp_path / "x.log").read_text()
    assert "statistics: 'one' has fewer than two values" in log
    assert "no protein of this data set has a value of 'organism'" in log
    assert "--stats-annotation" not in log
    assert pq.read_table(tmp_path / "c.parquet").num_rows == 0


def test_samples_are_said():
    assert samples(5000, ["kmeans"]) == ""
    assert "scores 5,000" in samples(7000, ["kmeans"])
    most = samples(573_000, ["kmeans", "hdbscan"])
    assert "agreement of neighbours 10,000, clusters by k-means 10,000." in most
    assert "k-means" not in samples(573_000, ["hdbscan"])
