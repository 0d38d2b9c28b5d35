"""`python -m steps.cache`: look, prune, export."""

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from steps.cache import open_cache, sequence_digest
from steps.cache.__main__ import main
from steps.embed.file import read_embeddings

A, B = sequence_digest("MKV"), sequence_digest("MLL")


@pytest.fixture
def cache(tmp_path):
    path = str(tmp_path / "store.sqlite")
    with open_cache(path) as store:
        store.add_embeddings("esm2", "1", {A: np.full(3, 1), B: np.full(3, 2)})
    return path


@pytest.fixture
def command(cache, capsys):
    def command(action, *options):
        """Standard output; for a failure, the one line on standard error."""
        try:
            main([action, "--cache", cache, *map(str, options)])
        except SystemExit:
            error = capsys.readouterr().err
            assert error.count("\n") == 1
            return error
        return capsys.readouterr().out

    return command


def test_info_prints_a_line_for_each_model(command):
    head, line = command("info").splitlines()
    assert head.split("  ")[0] == "kind"
    assert line.split()[:5] == ["embedding", "esm2", "1", "2", "0.0"]


def test_looking_does_not_prune(command, cache):
    with sqlite3.connect(cache) as connection:
        connection.execute("UPDATE protspace_entries SET created = 0")
        connection.execute("UPDATE protspace_store SET pruned = 0")
    assert command("info") == command("info")
    assert "1970-01-01" in command("info")


@pytest.mark.parametrize(
    ("options", "expired", "evicted"),
    [((), 0, 0), (("--days=0",), 2, 0), (("--gigabytes=0",), 0, 2)],
)
def test_prune_says_what_it_removed(command, options, expired, evicted):
    expected = f"Removed {expired} expired and {evicted} least recently used entries.\n"
    assert command("prune", *options) == expected
    assert len(command("info").splitlines()) == (1 if options else 2)


@pytest.mark.parametrize("action", ["info", "prune"])
def test_damaged_cache_is_named_and_left_where_it_is(command, cache, action):
    Path(cache).write_bytes(b"junk" * 5000)
    error = command(action)
    assert "CACHE_UNAVAILABLE" in error and "file is not a database" in error and cache in error
    assert Path(cache).read_bytes() == b"junk" * 5000


def test_export_writes_a_dataset_for_each_sequence(command, tmp_path):
    command("export", tmp_path / "out.h5", "--model=esm2")
    model, names, vectors = read_embeddings(tmp_path / "out.h5")
    assert (model, names) == ("esm2", sorted([A.hex(), B.hex()]))
    assert vectors[names.index(B.hex())].tolist() == [2, 2, 2]


def test_export_of_several_lengths_is_refused(command, cache, tmp_path):
    with open_cache(cache) as store:
        store.add_embeddings("esm2", "1", {A: np.full(5, 5)})
    assert "Embeddings of 3 and 5 numbers" in command("export", tmp_path / "out.h5", "--model=esm2")
    assert not (tmp_path / "out.h5").exists()


def test_export_asks_which_revision_where_there_are_several(command, cache, tmp_path):
    with open_cache(cache) as store:
        store.add_embeddings("esm2", "2", {A: np.full(3, 5)})
    output = tmp_path / "out.h5"
    assert "--revision: 1, 2" in command("export", output, "--model=esm2")
    assert not output.exists()
    command("export", output, "--model=esm2", "--revision=2")
    assert read_embeddings(output)[2].tolist() == [[5, 5, 5]]


def test_export_of_an_unknown_model_names_those_there_are(command, tmp_path):
    assert "it has: esm2." in command("export", tmp_path / "out.h5", "--model=esm")


@pytest.mark.parametrize(
    ("cache", "words"), [("/nowhere/store.sqlite", "no cache /nowhere"), ("store", "--cache:")]
)
def test_missing_cache_prints_message_and_is_not_made(command, words):
    assert words in command("info")
