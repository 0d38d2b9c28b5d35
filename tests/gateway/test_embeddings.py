"""Uploads of embeddings: same events, same errors; a file made to do harm costs its upload only."""

import h5py
import numpy as np
import pytest
from protspace.data.io.bundle import read_bundle_contents

from tests.fakes.web import FakeWeb
from tests.support.embedding_files import vectors, write
from tests.support.gateway_process import Gateway

ACCESSIONS = [f"P{number}" for number in range(10000, 10030)]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("embeddings")
    with FakeWeb() as web:
        gateway = Gateway(
            folder / "runs",
            PREP_ALLOWED_INPUTS="file,embeddings",
            PREP_EMBEDDINGS_MAX_BYTES="1000000",
            HOME=str(folder),
            **web.environment,
        )
        yield gateway.start()
        gateway.stop()


@pytest.fixture
def path(tmp_path):
    rows = dict(zip(ACCESSIONS, vectors(len(ACCESSIONS)), strict=True))
    return write(tmp_path / "toxins_esm2_8m.h5", rows)


def post(server, path, **fields):
    fields = {"methods": "pca2", "annotations": "default"} | fields
    with path.open("rb") as file:
        return server.client.post("/api/prepare", files={"embeddings": file}, data=fields)


def made(server, answer):
    """Return the content of the bundle, and all events."""
    assert answer.status_code == 202, answer.text
    events = list(server.events(answer.json()["job_id"]))
    assert events[-1]["event"] == "done", events[-1]
    content = server.bundle(answer.json()["job_id"]).content
    return read_bundle_contents(content, warn_legacy=False), events


def names(bundle):
    """Return the names of the projections."""
    return bundle.metadata["projection_name"].to_pylist()


def refused(server, path, **fields):
    """Return status and code of a refusal, after which the server works on."""
    answer = post(server, path, **fields)
    assert server.client.get("/api/options").status_code == 200
    return answer.status_code, answer.json()["code"]


def test_file_becomes_a_bundle_named_by_its_model(server, path):
    bundle, events = made(server, post(server, path))
    assert bundle.annotations.num_rows == 30
    assert names(bundle) == ["ESM2-8M — PCA 2"]
    stages = [it["data"]["stage"] for it in events if it["event"] == "progress"]
    assert stages[0] == "normalizing"


def test_embedder_of_the_form_names_the_file(server, path):
    bundle, _ = made(server, post(server, path, embedders="prot_t5"))
    assert names(bundle) == ["ProtT5 — PCA 2"]


def test_strange_name_of_a_model_does_no_harm(server, tmp_path):
    rows = dict(zip(ACCESSIONS, vectors(len(ACCESSIONS)), strict=True))
    made(server, post(server, write(tmp_path / "x.h5", rows, model_name="a/../b:{c} $(d)\n;'")))


def test_two_embedders_are_refused(server, path):
    assert refused(server, path, embedders="prot_t5,kmers") == (400, "NOT_ALLOWED")


def test_too_few_proteins_are_refused(server, tmp_path):
    path = write(tmp_path / "few.h5", {"P10000": vectors(1)[0]})
    assert refused(server, path) == (400, "TOO_FEW_SEQUENCES")


def test_other_file_is_refused(server, tmp_path):
    path = tmp_path / "x.h5"
    path.write_text(">a\nMKV\n")
    assert refused(server, path) == (400, "INVALID_EMBEDDINGS")


def test_truncated_file_is_refused(server, path):
    path.write_bytes(path.read_bytes()[:-2000])
    assert refused(server, path) == (400, "INVALID_EMBEDDINGS")


def test_vector_that_is_not_finite_ends_the_job_with_a_sentence(server, tmp_path):
    rows = vectors(len(ACCESSIONS))
    rows[3, 1] = np.nan
    answer = post(server, write(tmp_path / "x.h5", dict(zip(ACCESSIONS, rows, strict=True))))
    last = list(server.events(answer.json()["job_id"]))[-1]
    assert (last["event"], last["data"]["code"]) == ("error", "INVALID_EMBEDDINGS")


def test_small_file_with_much_in_it_is_refused(server, tmp_path):
    path = tmp_path / "bomb.h5"
    with h5py.File(path, "w") as file:
        for name in ACCESSIONS:
            file.create_dataset(name, (100, 65536), "f4", compression="gzip", fillvalue=1)[0] = 0
    assert path.stat().st_size < 1_000_000
    assert refused(server, path) == (413, "FILE_TOO_LARGE")


def test_bytes_that_are_changed_never_stop_the_server(server, path):
    content, random = path.read_bytes(), np.random.default_rng(1)
    for _ in range(20):
        changed = np.frombuffer(content, np.uint8).copy()
        changed[random.integers(0, len(changed), 40)] = random.integers(0, 256, 40)
        path.write_bytes(changed.tobytes())
        answer = post(server, path)
        assert answer.status_code in (202, 400, 413), answer.text
        if answer.status_code == 202:
            server.client.delete(f"/api/prepare/{answer.json()['job_id']}")
    assert server.client.get("/api/options").status_code == 200


def test_server_that_takes_no_embeddings_says_so(gateway, path):
    answer = post(gateway, path)
    assert (answer.status_code, answer.json()["code"]) == (400, "NOT_ALLOWED")
