"""The optional branches in one run, compared with protspace's own commands on the same files."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from protspace.data.annotations.encoding import decode_field
from protspace.data.io.bundle import read_bundle_contents

from steps.bundle.tables import projection_tables
from tests.support.snakemake_run import EXAMPLE, LABELS, ROOT, read_json, succeed

pytestmark = pytest.mark.slow
METHODS = ("umap2", "pca2")
BRANCHES = {"statistics": "true", "transfer": "family", "similarity": "true", "export": "tsv"}
BRANCHES |= {"clustering": "kmeans,hdbscan", "min_cluster_size": "4"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the folder of a run of 60 proteins, every second label withheld."""
    folder = tmp_path_factory.mktemp("branches")
    records = EXAMPLE.read_text().split(">")[1::4]
    (folder / "some.fasta").write_text("".join(f">{record}" for record in records))
    labels = LABELS.read_text().splitlines(keepends=True)
    (folder / "half.tsv").write_text("".join(labels[:1] + labels[1::8]))
    return folder


@pytest.fixture(scope="module")
def config(folder):
    annotations = f"header,{folder}/half.tsv"
    styles = ROOT / "examples" / "styles.json"
    return BRANCHES | {
        "input": folder / "some.fasta",
        "annotations": annotations,
        "styles": styles,
    }


@pytest.fixture(scope="module")
def results(folder, config):
    succeed(folder, **config)
    return folder / "results" / "some"


@pytest.fixture(scope="module")
def bundle(results):
    return read_bundle_contents(results / "some.parquetbundle")


def protspace(*arguments):
    program = Path(sys.executable).with_name("protspace")
    # One thread and the same kernels as ours: the last digits depend on them.
    environment = {name: it for name, it in os.environ.items() if "OPENBLAS" not in name}
    environment |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    command = [program, *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True, env=environment)


@pytest.fixture
def directory(results, tmp_path):
    """Return a folder with the projections as protspace's commands read them."""
    paths = [results / "projections" / f"kmers.{method}.parquet" for method in METHODS]
    for name, table in zip(("metadata", "data"), projection_tables(paths), strict=True):
        pq.write_table(table, tmp_path / f"projections_{name}.parquet")
    return tmp_path


def test_statistics_are_those_of_protspace(results, bundle, directory):
    annotations, scores = directory / "annotations.parquet", directory / "scores.parquet"
    shutil.copy(results / "annotations.parquet", annotations)
    embeddings = results / "embeddings" / "kmers.h5"
    protspace("stats", "-i", embeddings, "-p", directory, "-a", annotations, "-o", scores)
    theirs = pq.read_table(scores).to_pylist()
    rows = [row for row in bundle.statistics.to_pylist() if "MMseqs2" not in str(row)]
    ours = [row for row in rows if row["label_kind"] != "hdbscan" and "knn" not in row["metric"]]
    assert 50 < len(ours) < len(rows) and ours == theirs
    enriched = pq.read_table(annotations)
    clusters = [name for name in enriched.column_names if name.startswith("cluster_")]
    for name in clusters:
        assert bundle.annotations[name].to_pylist() == enriched[name].to_pylist()
    assert len(clusters) == 3


def test_clusters_by_density_are_named_by_families(bundle):
    name = "cluster_hdbscan_kmers — UMAP 2"
    found = set(bundle.annotations[name].to_pylist()) - {"", None}
    assert found and any(text.startswith("Simulated ") for text in found)
    # What the bundle shows is what the legend has.
    shown = {decode_field(text) for text in found}
    assert shown == set(bundle.settings[name]["categories"])


def test_neighbours_agree_on_families_more_than_by_chance(bundle):
    rows = [row for row in bundle.statistics.to_pylist() if row["annotation"] == "family"]
    found = {(row["space_name"], row["metric"]): row["value"] for row in rows}
    for space in ("kmers — UMAP 2", "kmers", "MMseqs2 — MDS 2"):
        assert found[space, "knn_agreement"] > found[space, "knn_agreement_null_mean"]
        assert found[space, "knn_agreement_p"] < 0.05 or space.startswith("MMseqs2")


def test_each_projection_of_an_embedding_has_faithfulness(bundle):
    notes = [json.loads(text) for text in bundle.metadata["info_json"].to_pylist()]
    assert ["quality" in note for note in notes] == [True, True, False]
    assert 0.5 < notes[0]["quality"]["trustworthiness"]["value"] <= 1


def test_transferred_annotations_are_those_of_protspace(results, bundle, tmp_path):
    plain, filled = tmp_path / "plain.parquetbundle", tmp_path / "filled.parquetbundle"
    arguments = ["--projections", results / "projections" / "kmers.pca2.parquet"]
    arguments += ["--annotations", results / "annotations.parquet", "--output", plain]
    command = [sys.executable, "-m", "steps", "bundle", *map(str, arguments)]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
    embeddings = results / "embeddings" / "kmers.h5"
    protspace("transfer", "-b", plain, "-e", embeddings, "-t", "family", "-o", filled)
    theirs = read_bundle_contents(filled).annotations
    for name in ("family", *(f"family__pred_{it}" for it in ("value", "confidence", "source"))):
        assert bundle.annotations[name].to_pylist() == theirs[name].to_pylist()
    assert bundle.annotations["family__pred_value"].to_pylist().count("") == 30


def test_transfer_writes_a_table_of_neighbours(results):
    lines = (results / "transferred.tsv").read_text().splitlines()
    assert lines[0].split("\t")[:5] == ["column", "query_id", "label", "source_id", "distance"]
    assert len(lines) == 31


def test_similarity_is_a_projection_of_its_own(bundle, results):
    names = bundle.metadata["projection_name"].to_pylist()
    assert names == ["kmers — UMAP 2", "kmers — PCA 2", "MMseqs2 — MDS 2"]
    assert (results / "previews" / "MMseqs2.identity.svg").is_file()


def test_html_file_has_the_styles_of_the_bundle(results):
    page = (results / "some.html").read_text()
    described = json.loads(re.search('id="description">(.*?)</script>', page)[1])
    styles = {each["name"]: each.get("style") for each in described["annotations"]}
    assert {"#d55e00", "#0072b2"} <= {colour for _, colour in styles["family"]["colours"]}
    assert [shape for _, shape in styles["family"]["shapes"]] == ["diamond"]
    assert sum(style is not None for style in styles.values()) > 1 and styles["organism"] is None


def test_styles_have_the_users_colours_and_those_of_the_clusters(bundle, results):
    family = bundle.settings["family"]["categories"]
    assert family["Simulated kinase"]["color"] == "#D55E00"
    assert family["Simulated toxin"]["shape"] == "diamond"
    assert "cluster_elbow_kmers" in bundle.settings
    assert "#d55e00" in (results / "previews" / "kmers.umap2.svg").read_text()


def test_exported_table_is_that_of_protspace(results, bundle, tmp_path):
    names = bundle.metadata["projection_name"].to_pylist()
    options = [word for name in names for word in ("-p", name)]
    protspace("export", results / "some.parquetbundle", tmp_path / "theirs.tsv", *options)
    table = (results / "some.tsv").read_bytes()
    assert table == (tmp_path / "theirs.tsv").read_bytes()
    columns = table.decode().partition("\n")[0].split("\t")
    assert columns[:3] == ["protein_id", "kmers — UMAP 2_x", "kmers — UMAP 2_y"]
    assert {"family__pred_value", "cluster_elbow_kmers", "MMseqs2 — MDS 2_y"} <= set(columns)


def test_provenance_has_the_branches(results):
    steps = [step["step"] for step in read_json(results / "provenance.json")["steps"]]
    assert steps[-6:] == ["similarity", "statistics", "transfer", "styles", "bundle", "export"]


def test_second_run_gives_the_same_bytes_in_container_2_too(folder, config, results, tmp_path):
    succeed(tmp_path, **config)
    again = tmp_path / "results" / "some" / "some.parquetbundle"
    assert again.read_bytes() == (results / "some.parquetbundle").read_bytes()
    succeed(tmp_path, **config, bundle_format=2)
    contents = read_bundle_contents(again)
    assert contents.container_version is None and contents.statistics.num_rows > 50


def test_branch_turned_off_reruns_only_the_bundle(folder, config, results):
    output = succeed(folder, "--dry-run", **config | {"transfer": ""})
    jobs = re.findall(r"^(\w+) +\d+$", output, flags=re.MULTILINE)
    reruns = {"all", "bundle", "export", "html", "preview", "provenance", "styles", "total"}
    assert set(jobs) == reruns | {"methods"}
