"""One run of the example, from the FASTA file to all of its results."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from protspace.data.io.bundle import read_bundle_contents

from steps.report.methods.paragraphs import Methods
from tests.support.snakemake_run import EXAMPLE, read_json, snakemake, succeed


@pytest.fixture
def results(finished):
    return finished / "results" / "families"


def test_bundle_has_every_protein_in_each_projection_and_the_annotations(results):
    bundle = read_bundle_contents(results / "families.parquetbundle")
    expected = [f"SIM{i:04d}" for i in range(1, 241)]
    assert bundle.annotations["protein_id"].to_pylist() == expected
    assert bundle.metadata["projection_name"].to_pylist() == [
        "kmers — UMAP 2",
        "kmers — PCA 2",
    ]
    assert bundle.projections["protein_id"].to_pylist() == expected * 2


def test_numbers_stay_numbers_and_the_users_labels_are_there(results):
    bundle = read_bundle_contents(results / "families.parquetbundle")
    assert bundle.annotations.column_names[1] == "family"
    assert bundle.annotations["family"][0].as_py() == "Simulated kinase"
    assert str(bundle.annotations.schema.field("gravy").type) == "double"
    assert bundle.annotations["organism"][0].as_py() == "Exemplum album"


def test_normalized_sequences_are_the_input_under_short_headers(results):
    text = (results / "sequences.fasta").read_text()
    original = EXAMPLE.read_text().splitlines()
    assert text.splitlines()[1::2] == original[1::2]
    assert text.startswith(">SIM0001\nM")
    table = pq.read_table(results / "sequences.parquet")
    assert table["header"][0].as_py() == original[0][1:]
    assert len(table["sha256"][0].as_py()) == 64


def test_provenance_has_configuration_and_versions(results):
    provenance = read_json(results / "provenance.json")
    assert provenance["input"]["sequences"] == 240
    assert provenance["configuration"]["methods"] == ["pca2", "umap2"]
    assert {"protspace", "umap-learn", "scikit-learn", "numba"} <= set(provenance["versions"])
    steps = [step["step"] for step in provenance["steps"]]
    first = ["normalize", "embed", "annotate", "rank"]
    assert steps == [*first, "project", "project", "neighbours", "bundle"]
    assert all(step["seconds"] > 0 for step in provenance["steps"])


def test_each_projection_has_a_picture(results):
    pictures = sorted(path.name for path in (results / "previews").iterdir())
    assert pictures == ["kmers.pca2.svg", "kmers.umap2.svg"]
    assert (results / "previews" / pictures[0]).read_text().startswith("<?xml")


def test_each_job_has_a_log_and_a_benchmark(finished):
    logs = {path.stem for path in (finished / "logs" / "families").iterdir()}
    benchmarks = {path.stem for path in (finished / "benchmarks" / "families").iterdir()}
    assert benchmarks <= logs and len(benchmarks) == 13


def test_pca_equals_that_of_protspace(results, tmp_path):
    protspace = Path(sys.executable).with_name("protspace")
    embeddings = results / "embeddings" / "kmers.h5"
    subprocess.run(
        [protspace, "project", "-i", embeddings, "-m", "pca2", "-o", tmp_path],
        check=True,
        capture_output=True,
    )
    theirs = pq.read_table(tmp_path / "projections_data.parquet")
    note = pq.read_table(tmp_path / "projections_metadata.parquet").to_pylist()[0]
    bundle = read_bundle_contents(results / "families.parquetbundle")
    ours = bundle.projections.slice(240)
    for column in ("projection_name", "protein_id"):
        assert ours[column].to_pylist() == theirs[column].to_pylist()
    assert np.allclose(ours["x"], theirs["x"], atol=1e-5)
    own = bundle.metadata.to_pylist()[1]
    assert own.keys() == note.keys()
    assert (own["projection_name"], own["source"]) == (note["projection_name"], note["source"])


def test_second_run_has_nothing_to_do(finished, example_config):
    assert "Nothing to be done" in succeed(finished, "--dry-run", **example_config)


def jobs(output):
    """Rules and how often each would run, from a dry run."""
    rows = re.findall(r"^([a-z]+) +([0-9]+)$", output, flags=re.MULTILINE)
    return {rule: int(count) for rule, count in rows}


def test_added_method_runs_that_method_and_what_merges_it(finished, example_config):
    output = succeed(finished, "--dry-run", **example_config, methods="pca2,umap2,mds2")
    assert jobs(output) == {
        "project": 1,
        "preview": 1,
        "bundle": 1,
        "provenance": 1,
        "html": 1,
        "methods": 1,
        "all": 1,
        "total": 7,
    }


def test_another_cache_reruns_neither_embedding_nor_html_file(finished, example_config):
    changed = {"cache": "none", "cache_days": 1, "requests_in_flight": 1, "offline": True}
    output = succeed(finished, "--dry-run", **example_config, **changed)
    assert jobs(output) == {"provenance": 1, "methods": 1, "all": 1, "total": 3}


def test_html_file_turned_off_is_not_made(example_config, tmp_path):
    output = succeed(tmp_path, "--dry-run", **example_config, html=False)
    assert not {"html", "neighbours"} & jobs(output).keys()


def test_nearest_proteins_are_of_the_same_family(results):
    table = pq.read_table(results / "neighbours" / "kmers.parquet")
    families = read_bundle_contents(results / "families.parquetbundle").annotations["family"]
    near = np.array(table["neighbours"].to_pylist())
    assert near.shape == (240, 10) and not (near == np.arange(240)[:, None]).any()
    names = np.array(families.to_pylist())
    assert (names[near] == names[:, None]).mean() > 0.8


def test_methods_are_those_of_the_provenance_also_in_the_html_file(results):
    methods = Methods.of(read_json(results / "provenance.json"))
    assert (results / "methods.md").read_text() == methods.markdown
    assert (results / "references.bib").read_text() == methods.bibtex
    page = (results / "families.html").read_text()
    found = re.search(r'<script type="application/json" id="description">(.+?)</script>', page)
    assert json.loads(found[1])["made"]["methods"] == methods.as_dict()
    assert "embedded by ‘kmers’ (3,968 dimensions)" in methods.paragraphs[0]
    assert "‘families.tsv’" in methods.paragraphs[2] and "/" not in "".join(methods.paragraphs)


@pytest.mark.slow
def test_written_configuration_gives_the_same_bundle(results, tmp_path):
    succeed(tmp_path, "--configfile", results / "config.yaml")
    again = tmp_path / "results" / "families" / "families.parquetbundle"
    assert again.read_bytes() == (results / "families.parquetbundle").read_bytes()


def test_config_file_in_the_working_directory_is_read(tmp_path):
    (tmp_path / "config.yaml").write_text(f"input: {EXAMPLE}\nmethods: [mds2]\n")
    output = succeed(tmp_path, "--dry-run", methods="pca2,mds2:n_init=1")
    assert jobs(output)["project"] == 2
    assert jobs(succeed(tmp_path, "--dry-run"))["project"] == 1


def test_report_and_rule_graph_are_made(finished, example_config, tmp_path):
    report = tmp_path / "report.html"
    succeed(finished, "--report", report, **example_config)
    text = report.read_text()
    assert "kmers.umap2" in text
    # Captions, and the categories in which they stand.
    for said in ("text for a paper", "projected by umap2", "nearest proteins in the embedding"):
        assert said in text
    assert all(f'"{name}"' in text for name in ("Explore", "Maps", "Methods"))
    graph = snakemake(finished, "--rulegraph", "--forceall", **example_config).stdout
    assert graph.startswith("digraph") and '"normalize"' in graph
