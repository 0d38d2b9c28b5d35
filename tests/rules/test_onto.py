"""Runs whose proteins join the map of an earlier run."""

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from protspace.data.io.bundle import read_bundle_contents

from steps.files import file_sha256
from tests.support.snakemake_run import EXAMPLE, LABELS, read_json, snakemake, succeed

RECORDS = [f">{record}" for record in EXAMPLE.read_text().split(">")[1:]]
NEW = RECORDS[::10]
OLD = [record for record in RECORDS if record not in NEW]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """Return the working directory of a run of most of the example; tests must not change it."""
    folder = tmp_path_factory.mktemp("base")
    (folder / "old.fasta").write_text("".join(OLD))
    succeed(folder, input="old.fasta", annotations=f"header,sequence,{LABELS}")
    return folder


@pytest.fixture(scope="module")
def grown(base, tmp_path_factory):
    """Return the working directory of a run of the rest, two of which are on the map already."""
    folder = tmp_path_factory.mktemp("grown")
    (folder / "new.fasta").write_text("".join([*OLD[:2], *NEW]))
    succeed(folder, input="new.fasta", onto=base / "results/old", annotations="header,sequence")
    return folder


def table(folder, path):
    return pq.read_table(folder / "results" / path)


def test_old_proteins_keep_their_coordinates_to_the_byte(base, grown):
    for name in ("kmers.pca2", "kmers.umap2"):
        before = table(base, f"old/projections/{name}.parquet")
        after = table(grown, f"new/projections/{name}.parquet")
        assert after.num_rows == len(RECORDS)
        assert after.slice(0, len(OLD)).equals(before)


def test_new_proteins_lie_among_their_family(grown):
    labels = dict(line.split("\t")[:2] for line in LABELS.read_text().splitlines())
    for name in ("kmers.pca2", "kmers.umap2"):
        points = table(grown, f"new/projections/{name}.parquet")
        places = np.column_stack([points["x"], points["y"]])
        family = np.array([labels[name] for name in points["protein_id"].to_pylist()])
        old = len(OLD)
        apart = np.square(places[old:, None] - places[None, :old]).sum(axis=-1)
        near = family[np.argsort(apart, axis=1)[:, :5]]
        assert (near == family[old:, None]).mean() > 0.7


def test_bundle_has_all_proteins_and_tells_new_ones_apart(grown):
    found = read_bundle_contents(grown / "results/new/new.parquetbundle").annotations
    assert found["added"].to_pylist() == ["old"] * len(OLD) + ["new"] * len(NEW)
    novelty = [float(text) for text in found["novelty"].to_pylist() if text not in ("", None)]
    assert len(novelty) == len(NEW) and min(novelty) >= 0 and max(novelty) <= 1


def test_old_annotations_stay_and_new_proteins_get_theirs(base, grown):
    before, after = table(base, "old/annotations.parquet"), table(grown, "new/annotations.parquet")
    same = after.slice(0, len(OLD)).select(before.column_names)
    assert same.to_pylist() == before.to_pylist()
    assert after["length"].null_count == 0
    assert after["family"].null_count == len(NEW)


def test_only_new_proteins_are_embedded(base, grown):
    report = read_json(grown / "results/new/reports/embed.kmers.json")
    assert (report["counts"]["sequences"], report["counts"]["old"]) == (len(NEW), len(OLD))
    counts = read_json(grown / "results/new/reports/normalize.json")["counts"]
    assert (counts["new"], counts["known"], counts["old"]) == (len(NEW), 2, len(OLD))


def test_report_says_how_well_points_of_the_map_are_placed_again(grown):
    report = read_json(grown / "results/new/reports/project.kmers.umap2.json")
    assert (report["counts"]["proteins"], report["counts"]["placed"]) == (len(RECORDS), len(NEW))
    again = report["parameters"]["placed_again"]
    assert again["proteins"] == 200 and 0 < again["median"] <= again["ninth_decile"] < 0.2
    labels = again["labels"]
    assert labels["annotation"] == "family" and labels["placed"] > labels["on_map"] - 0.02


def test_new_proteins_get_labels_of_the_map_by_default(grown):
    found = read_bundle_contents(grown / "results/new/new.parquetbundle").annotations.to_pylist()
    labels = dict(line.split("\t")[:2] for line in LABELS.read_text().splitlines())
    assert [row["family"] for row in found[: len(OLD)]] == [
        labels[row["protein_id"]] for row in found[: len(OLD)]
    ]
    assert not any(row["family__pred_value"] for row in found[: len(OLD)])
    new = found[len(OLD) :]
    assert not any(row["family"] for row in new)
    right = [row["family__pred_value"] == labels[row["protein_id"]] for row in new]
    assert sum(right) / len(right) > 0.8
    assert "organism__pred_value" not in found[0]


@pytest.mark.slow
def test_labels_are_not_transferred_where_that_is_switched_off(base, tmp_path):
    (tmp_path / "x.fasta").write_text("".join(NEW))
    keys = {"annotations": "header", "transfer": "none", "onto": base / "results/old"}
    succeed(tmp_path, "results/x/x.parquetbundle", input="x.fasta", **keys)
    assert not (tmp_path / "results/x/transferred.parquet").exists()


def test_repeated_run_has_nothing_to_do(base, grown):
    keys = {"input": "new.fasta", "annotations": "header,sequence"}
    again = succeed(grown, "--dry-run", onto=base / "results/old", **keys)
    assert "Nothing to be done" in again


@pytest.fixture(scope="module")
def again(grown, tmp_path_factory):
    """Return the working directory of a third run, onto the second; its labels are transferred."""
    folder = tmp_path_factory.mktemp("again")
    _, sequence = NEW[0].split("\n", 1)
    (folder / "new.fasta").write_text(f">twin\n{sequence}>far\n{'MKWWHHCCPP' * 9}\n")
    keys = {"annotations": "header,sequence", "transfer": "family"}
    succeed(folder, input="new.fasta", onto=grown / "results/new", **keys)
    return folder


@pytest.mark.slow
def test_map_that_has_grown_grows_again(grown, again):
    for name in ("kmers.pca2", "kmers.umap2"):
        before = table(grown, f"new/projections/{name}.parquet")
        after = table(again, f"new/projections/{name}.parquet")
        assert after.slice(0, len(RECORDS)).equals(before)


@pytest.mark.slow
def test_each_generation_has_a_name_of_its_own(again):
    found = table(again, "new/novelty.parquet")
    assert found["added"].unique().to_pylist() == ["old", "new", "new (2)"]
    assert found["novelty"].to_pylist()[-2:] == [0, 1]


@pytest.mark.slow
def test_protein_far_from_all_others_is_said(again):
    warnings = read_json(again / "results/new/provenance.json")["warnings"]
    assert any(
        "no near neighbour on the map" in text and "far (novelty 1.00" in text for text in warnings
    )


@pytest.mark.slow
def test_labels_go_from_the_map_to_new_proteins(again):
    found = read_bundle_contents(again / "results/new/new.parquetbundle").annotations
    labels = dict(line.split("\t")[:2] for line in LABELS.read_text().splitlines())
    rows = found.to_pylist()
    assert [row["family"] for row in rows[: len(OLD)]].count("") == 0
    known = labels[NEW[0].split("|")[1]]
    assert rows[-2]["family__pred_value"] == rows[len(OLD)]["family__pred_value"] == known
    sources = {row["family__pred_source"] for row in rows[len(OLD) :]}
    assert sources <= {row["protein_id"] for row in rows[: len(OLD)]}


@pytest.mark.slow
def test_provenance_names_all_ancestors_and_running_along_it_gives_the_same(base, again, tmp_path):
    ancestry = read_json(again / "results/new/provenance.json")["ancestry"]
    assert [run["dataset"] for run in ancestry] == ["old", "new"]
    last = ""
    for number, run in enumerate(ancestry):
        folder = tmp_path / str(number)
        folder.mkdir()
        keys = run["configuration"] | ({"onto": last} if last else {})
        (folder / "keys.json").write_text(json.dumps(keys))
        succeed(folder, "--configfile", folder / "keys.json")
        last = str(folder / "results" / run["dataset"])
        made = {path.name: path for path in Path(last).rglob("*.parquet*")}
        for file in run["files"]:
            assert file_sha256(made[file["name"]]) == file["sha256"], file["name"]


def test_proteins_that_leave_move_no_other(grown, tmp_path):
    (tmp_path / "list.txt").write_text("SIM0003  # a fragment\nsp|SIM0001|SKIN1_SIMUL\n")
    (tmp_path / "x.fasta").write_text(f">more\n{NEW[1].split(chr(10), 1)[1]}")
    keys = {"onto": grown / "results/new", "without": "list.txt", "annotations": "header"}
    succeed(tmp_path, input="x.fasta", **keys)
    for name in ("kmers.pca2", "kmers.umap2"):
        before = table(grown, f"new/projections/{name}.parquet").to_pylist()
        after = table(tmp_path, f"x/projections/{name}.parquet").to_pylist()
        gone = {"SIM0001", "SIM0003"}
        assert after[:-1] == [row for row in before if row["protein_id"] not in gone]
        assert after[-1]["protein_id"] == "more"
    report = read_json(tmp_path / "results/x/reports/normalize.json")
    assert report["counts"]["removed"] == 2


def test_input_that_is_on_the_map_already_adds_nothing(base, tmp_path):
    (tmp_path / "x.fasta").write_text("".join(OLD[:3]))
    succeed(tmp_path, input="x.fasta", onto=base / "results/old", annotations="header,sequence")
    for name in ("annotations", "projections/kmers.umap2", "projections/kmers.pca2"):
        same = table(tmp_path, f"x/{name}.parquet").equals(table(base, f"old/{name}.parquet"))
        assert same, name


def test_other_sequence_under_a_known_identifier_is_refused(base, tmp_path):
    header, sequence = OLD[3].split("\n", 1)
    (tmp_path / "x.fasta").write_text(f"{header}\nAC{sequence}")
    result = snakemake(tmp_path, input="x.fasta", onto=base / "results/old")
    error = read_json(tmp_path / "logs/x/normalize.error.json")
    assert (result.returncode, error["code"]) == (1, "DUPLICATE_IDENTIFIERS")
    assert "residue" in error["message"] and "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"n_neighbors": 30}, "n_neighbors is 30, and the map was made with 25"),
        ({"metric": "cosine"}, "metric is cosine, and the map was made with euclidean"),
    ],
)
def test_other_parameters_than_those_of_the_map_are_refused(base, tmp_path, keys, said):
    (tmp_path / "x.fasta").write_text("".join(NEW))
    result = snakemake(tmp_path, input="x.fasta", onto=base / "results/old", **keys)
    error = read_json(tmp_path / "logs/x/project.kmers.umap2.error.json")
    assert (result.returncode, error["code"]) == (1, "ONTO_DIFFERS")
    assert said in error["message"]


def test_map_of_another_embedder_is_refused_before_any_job(base, tmp_path):
    (tmp_path / "x.fasta").write_text("".join(NEW))
    keys = {"onto": base / "results/old", "embedders": "composition"}
    result = snakemake(tmp_path, input="x.fasta", **keys)
    assert result.returncode == 1 and "There is: kmers." in result.stdout + result.stderr


def test_map_is_not_written_over_by_itself(base, tmp_path):
    shutil.copytree(base / "results", tmp_path / "results")
    (tmp_path / "old.fasta").write_text("".join(NEW))
    result = snakemake(tmp_path, input="old.fasta", onto="results/old")
    assert "would be written over the map" in result.stdout + result.stderr
