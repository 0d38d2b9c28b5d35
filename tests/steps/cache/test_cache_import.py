"""`python -m steps.cache import`: published embeddings, found by their sequences in all runs."""

import numpy as np
import pytest

from steps.cache import open_cache, sequence_digest
from steps.cache.__main__ import main
from steps.cache.revisions import IMPORTED
from steps.embed import imports
from steps.embed.file import read_embeddings
from steps.embed.models import Options, get_embedder
from steps.embed.reuse import Reuse
from steps.progress import Progress
from tests.support.embedding_files import as_bio_embeddings, vectors, write

SEQUENCES = {"P1": "MKV", "P2": "MLLJ", "P3": "ACCA", "P4": "MKV"}
NAME = "sp|{}|X_HUMAN"


@pytest.fixture
def fasta(tmp_path):
    path = tmp_path / "s.fasta"
    rows = (f">{NAME.format(each)} Text\n{text}\n" for each, text in SEQUENCES.items())
    path.write_text("".join(rows))
    return path


@pytest.fixture
def published(tmp_path):
    """Write per-protein.h5 of these accessions; P1 and P4 have one sequence."""

    def published(*accessions, seed=0, numbers=320):
        rows = dict(zip(SEQUENCES, vectors(4, numbers, seed).astype(np.float16), strict=True))
        rows["P4"] = rows["P1"] * np.float16(1.001)
        return write(tmp_path / "per-protein.h5", {each: rows[each] for each in accessions})

    return published


@pytest.fixture
def run(tmp_path, fasta, capsys):
    def run(path, model="esm2_8m", action="import"):
        """Standard output, or the line on standard error."""
        options = [f"--cache={tmp_path / 'store.sqlite'}", f"--model={model}"]
        options += [f"--fasta={fasta}"] if action == "import" else []
        try:
            main([action, str(path), *options])
        except SystemExit:
            return capsys.readouterr().err
        return capsys.readouterr().out

    return run


def imported(tmp_path, model="esm2_8m"):
    with open_cache(str(tmp_path / "store.sqlite")) as cache:
        return dict(cache.all_embeddings(model, IMPORTED))


def test_embeddings_are_imported_by_sequence_once(run, published, tmp_path):
    said = run(published("P1", "P2", "P3", "P4"))
    assert "Imported 3 embeddings; 1 were there already" in said
    found = imported(tmp_path)
    assert found.keys() == {sequence_digest(text) for text in ("MKV", "MLLX", "ACCA")}
    expected = vectors(4, 320).astype(np.float16).astype(np.float32)
    assert np.array_equal(found[sequence_digest("MKV")], expected[0])


def test_second_import_goes_on_where_the_first_ended(run, published, tmp_path, monkeypatch):
    monkeypatch.setattr(imports, "_BATCH", 1)
    assert "Imported 1 embeddings; 0 were" in run(published("P2"))
    before = imported(tmp_path)
    assert "Imported 2 embeddings; 2 were" in run(published("P1", "P2", "P3", "P4"))
    after = imported(tmp_path)
    assert len(after) == 3 and all(np.array_equal(after[key], before[key]) for key in before)


def test_export_gives_the_imported_embeddings_back(run, published, tmp_path):
    run(published("P2", "P3"))
    run(tmp_path / "out.h5", action="export")
    model, names, rows = read_embeddings(tmp_path / "out.h5")
    found = {bytes.fromhex(name): row.tobytes() for name, row in zip(names, rows, strict=True)}
    assert model == "esm2_8m"
    assert found == {key: row.tobytes() for key, row in imported(tmp_path).items()}


def test_other_embeddings_of_a_sequence_are_refused_and_none_replaced(run, published, tmp_path):
    run(published("P1", "P2"))
    before = imported(tmp_path)[sequence_digest("MKV")]
    error = run(published("P1", "P3", seed=1))
    assert "CONFLICTING_EMBEDDINGS" in error and "--fasta is of the same release" in error
    assert np.array_equal(imported(tmp_path)[sequence_digest("MKV")], before)
    assert sequence_digest("ACCA") not in imported(tmp_path)


def test_embeddings_that_differ_from_computed_ones_are_refused(run, published, tmp_path):
    with open_cache(str(tmp_path / "store.sqlite")) as cache:
        row = vectors(1, 320, seed=9)[0]
        cache.add_embeddings("esm2_8m", "computed", {sequence_digest("MKV"): row})
    assert "CONFLICTING_EMBEDDINGS" in run(published("P1"))


@pytest.mark.parametrize(
    ("model", "numbers", "words"),
    [
        ("kmers", 320, "INVALID_INPUT"),
        ("esm2_9m", 320, "Did you mean"),
        ("prot_t5", 320, "have 1,024"),
    ],
)
def test_model_that_did_not_make_the_file_is_refused(run, published, model, numbers, words):
    assert words in run(published("P1", numbers=numbers), model)


def test_file_named_after_another_model_is_refused(run, tmp_path):
    path = write(tmp_path / "x.h5", {"P1": np.ones(1024)}, model_name="Rostlab/ProstT5")
    assert "Give --model prost_t5" in run(path, "prot_t5")


def test_embeddings_by_residue_are_refused(run, tmp_path):
    path = as_bio_embeddings(tmp_path / "x.h5", ["P1"], lengths=[3])
    assert "per-protein.h5" in run(path, "organisation/model")


def test_file_without_a_known_protein_is_refused(run, tmp_path):
    error = run(write(tmp_path / "x.h5", {"Q9": np.ones(320)}))
    assert "EMBEDDINGS_MISSING" in error and "Q9" in error


def test_imported_embeddings_do_not_expire(run, published, tmp_path):
    run(published("P1", "P2"))
    with open_cache(str(tmp_path / "store.sqlite"), max_age_days=0) as cache:
        assert cache.prune().expired == 0
        assert len(cache.embeddings("esm2_8m", IMPORTED, [sequence_digest("MKV")])) == 1
        assert [file["name"] for file in cache.imports("esm2_8m")] == ["per-protein.h5"]


@pytest.mark.parametrize("url", ["http://one.invalid", "http://two.invalid"])
def test_runs_of_any_server_need_no_model_for_imported_proteins(run, published, tmp_path, url):
    run(published("P1", "P3"))
    embedder = get_embedder("esm2_8m", Options(biocentral_url=url, offline=True))
    with open_cache(str(tmp_path / "store.sqlite")) as cache:
        reuse = Reuse(cache, embedder, ["ACCA", "MKV"], Progress(None, 2))
        found = reuse.complete()
    expected = vectors(4, 320).astype(np.float16).astype(np.float32)
    assert np.array_equal(found, expected[[2, 0]])
    assert (reuse.imported, len(reuse.imports)) == (2, 1)
