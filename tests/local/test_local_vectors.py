"""The vectors: those of protspace's local backend, whatever the batches, devices and precision."""

import random

import h5py
import numpy as np
import pytest
import torch
from protspace.data.embedding import local as theirs

from steps.embed.models import Options, get_embedder
from steps.embed.models.catalogue import MODELS, find_model
from steps.embed.models.local import Embedder
from steps.embed.models.local.network import Network
from tests.support.tiny import BUILDERS, RESIDUES

pytestmark = pytest.mark.local
NAMES = list(BUILDERS)
LETTERS = random.Random(7)
SEQUENCES = [
    *("M", "X", "B", "BJOUZ", "MKTBJOUZXX", RESIDUES, RESIDUES[::-1], "WWWWWWWWWW"),
    *("".join(LETTERS.choices(RESIDUES + "BJOUZ", k=k)) for k in (2, 3, 50, 50, 50, 51, 333, 700)),
]
TOKENS = sum(map(len, SEQUENCES))


@pytest.fixture(scope="module")
def expected(models, tmp_path_factory):
    """Name -> vectors by protspace, unchanged but for where it finds the checkpoint."""
    found = {}
    for name in NAMES:
        path = tmp_path_factory.mktemp(name) / "e.h5"
        with pytest.MonkeyPatch.context() as patch:
            place = (str(models / name), MODELS[name].family)
            patch.setitem(theirs.LOCAL_CHECKPOINTS, name, place)
            proteins = {str(number): it for number, it in enumerate(SEQUENCES)}
            theirs.embed_sequences(proteins, name, path)
        with h5py.File(path) as file:
            found[name] = np.stack([file[number][:] for number in proteins])
    return found


def embed(models, name, sequences=SEQUENCES, **choices):
    embedder = Embedder(find_model(name), Options(models=str(models), offline=True), **choices)
    rows, done = {}, []
    for positions, vectors in embedder.embed(sequences, done.append):
        assert vectors.dtype == np.float32
        rows |= dict(zip(positions, vectors, strict=True))
    assert sum(done) == len(rows) == len(sequences)
    return np.stack([rows[position] for position in range(len(sequences))])


def cosines(one, other):
    return (one * other).sum(1) / np.linalg.norm(one, axis=1) / np.linalg.norm(other, axis=1)


@pytest.mark.parametrize("budget", [1, 120, 1024, 100 * TOKENS])
@pytest.mark.parametrize("name", NAMES)
def test_they_are_protspaces_whatever_the_batches(models, expected, name, budget):
    found = embed(models, name, budget=budget)
    assert cosines(found, expected[name]).min() >= 0.9999
    # Random weights make vectors alike, so a cosine alone would forgive a wrong mean.
    assert np.abs(found - expected[name]).max() < 1e-5 * np.abs(expected[name]).max()


@pytest.mark.parametrize("name", NAMES)
def test_another_pooling_would_be_noticed(models, expected, name):
    changed = embed(models, name, [sequence + "W" for sequence in SEQUENCES])
    assert np.abs(changed - expected[name]).max() > 1e-3 * np.abs(expected[name]).max()


@pytest.mark.parametrize("name", ["esm2_8m", "prot_t5"])
def test_the_same_input_gives_the_same_bytes_with_any_number_of_threads(models, name, monkeypatch):
    found = set()
    for threads in (1, 2, 2, 3):
        monkeypatch.setattr(torch, "get_num_threads", lambda threads=threads: threads)
        found.add(embed(models, name).tobytes())
    assert len(found) == 1


def test_two_devices_give_what_one_gives(models):
    one = embed(models, "esm2_8m", budget=800)
    assert np.array_equal(one, embed(models, "esm2_8m", budget=800, on=("cpu", "cpu")))


@pytest.mark.parametrize(
    ("name", "precision"),
    [(name, "bfloat16" if name in ("ankh_base", "esmc_300m") else "float16") for name in NAMES],
)
def test_half_precision_changes_little(models, expected, name, precision):
    network = Network(models / name, MODELS[name].family, "cpu", precision)
    found = network.pooled(SEQUENCES)
    assert found.dtype == torch.float32
    assert cosines(found.numpy(), expected[name]).min() >= 0.9999


def test_the_registry_leads_here(models):
    embedder = get_embedder("esm2_8m", Options(backend="local", models=str(models)))
    assert isinstance(embedder, Embedder) and embedder.dimensions == 320


def test_the_revision_names_weights_and_precision(models):
    embedder = Embedder(find_model("esm2_8m"), Options(models=str(models), offline=True))
    local, sha256, digest, precision, *pooling = embedder.revision.split()
    assert (local, sha256, len(digest), precision) == ("local", "sha256", 64, "float32")
    assert pooling == ["pooling", "1"]
