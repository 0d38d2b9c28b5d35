"""Uploads with a table of annotations and styles: taken along, or refused with a sentence."""

import contextlib
import json

import psutil
import pytest
from protspace.data.io.bundle import read_bundle_contents

from tests.fakes.web import FakeWeb
from tests.support.embedding_files import vectors, write
from tests.support.gateway_process import Gateway, fasta, processes_below
from tests.support.own_tables import table
from tests.support.waiting import wait_until

ACCESSIONS = [f"P{number}" for number in range(10000, 10030)]
QUERY = '(family:"phospholipase A2") AND (reviewed:true)'
OF_ACCESSIONS = "entry\tgroup\n" + "".join(f"{each}\tmine\n" for each in ACCESSIONS[:-1])
STYLES = {"family": {"colors": {"kinase": "#112233", "lectin": "#445566"}}}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    with FakeWeb() as web:
        web.hits[QUERY] = ACCESSIONS
        settings = {"PREP_ALLOWED_INPUTS": "file,accessions,query,embeddings"}
        gateway = Gateway(folder / "runs", HOME=str(folder), **settings, **web.environment)
        yield gateway.start()
        gateway.stop()


def post(server, own=None, styles=None, name="labels.csv", **parts):
    """Send an upload; of `parts`, texts are fields."""
    parts = parts or {"file": ("x.fasta", fasta())}
    files = {"table": (name, own)} if own is not None else {}
    files |= {"styles": ("styles.json", styles)} if styles is not None else {}
    fields = {"methods": "pca2", "annotations": "sequence"}
    texts = {key: (None, value) for key, value in fields.items()}
    return server.client.post("/api/prepare", files=texts | parts | files)


def made(server, answer):
    """Return the content of the bundle, and the last event."""
    assert answer.status_code == 202, answer.text
    last = server.finish(answer.json()["job_id"])
    assert last["event"] == "done", last
    content = server.bundle(answer.json()["job_id"]).content
    return read_bundle_contents(content, warn_legacy=False), last["data"]


@pytest.mark.parametrize(
    ("name", "separator"), [("my labels.CSV", ","), ("labels.tsv", "\t"), ("../../x", ";")]
)
def test_table_gives_annotations_whatever_it_is_called(server, name, separator):
    bundle, data = made(server, post(server, table(19, separator), name=name))
    family = bundle.annotations["family"].to_pylist()
    assert family[:2] == ["toxin", "kinase"] and not family[19] and not data["warnings"]
    assert bundle.annotations["activity"].to_pylist()[3] == 1.5


def test_rows_without_a_protein_are_in_the_warnings(server):
    _, data = made(server, post(server, table(23)))
    (warning,) = data["warnings"]
    assert warning.startswith("own.csv: 3 of 23 rows match no protein, such as 'P20', 'P21'")


def test_styles_are_in_the_bundle_and_in_the_preview(server):
    answer = post(server, table(), json.dumps(STYLES))
    bundle, data = made(server, answer)
    assert bundle.settings["family"]["categories"]["kinase"]["color"] == "#112233"
    assert data["warnings"] == ["styles: 'family' has no value 'lectin' in this data set."]
    found = server.client.get(f"/api/prepare/{answer.json()['job_id']}/preview").json()
    (family,) = [each for each in found["annotations"] if each["name"] == "family"]
    assert [family["labels"].index("kinase"), "#112233"] in family["style"]["colours"]
    assert found["provenance"]["configuration"]["annotations"] == ["sequence", "own.csv"]


@pytest.mark.parametrize("field", ["accessions", "query"])
def test_table_goes_with_proteins_of_uniprot(server, field):
    text = QUERY if field == "query" else "\n".join(ACCESSIONS)
    bundle, _ = made(server, post(server, OF_ACCESSIONS, name="x.tsv", **{field: (None, text)}))
    assert sorted(filter(None, bundle.annotations["group"].to_pylist())) == ["mine"] * 29


def test_table_goes_with_embeddings(server, tmp_path):
    path = write(tmp_path / "x.h5", dict(zip(ACCESSIONS, vectors(30), strict=True)))
    upload = {"embeddings": ("x.h5", path.read_bytes())}
    bundle, _ = made(server, post(server, OF_ACCESSIONS, **upload))
    assert list(filter(None, bundle.annotations["group"].to_pylist())) == ["mine"] * 29
    answer = post(server, table(), **upload)
    assert answer.json()["code"] == "INVALID_ANNOTATIONS" and "P10000" in answer.json()["error"]


def test_table_without_a_protein_of_a_query_ends_the_job_with_a_sentence(server):
    last = server.finish(post(server, table(), query=(None, QUERY)).json()["job_id"])
    assert (last["event"], last["data"]["code"]) == ("error", "INVALID_ANNOTATIONS")
    assert "no row matches a protein" in last["data"]["message"]


@pytest.mark.parametrize(
    ("own", "code", "sentence"),
    [
        ("", "INVALID_ANNOTATIONS", "the file is empty"),
        ("family\nkinase\n", "INVALID_ANNOTATIONS", "one column only"),
        (table().partition("\n")[2], "INVALID_ANNOTATIONS", "line 1: there is no header"),
        (table().replace("P", "Q"), "INVALID_ANNOTATIONS", "no row matches a protein"),
        (table().replace("P3,", "P3,,,"), "INVALID_ANNOTATIONS", "line 5: 5 fields"),
        ("id\ta\tb\n" + "P1\t2\t3\n" * 50_001, "FILE_TOO_LARGE", "the limit is 50,000 rows"),
        ("id" + ",a" * 101 + "\nP1" + ",1" * 101, "FILE_TOO_LARGE", "the limit is 100 columns"),
        ("x" * 4_200_000, "FILE_TOO_LARGE", "larger than 4 MB. Leave out rows"),
    ],
)
def test_bad_table_is_refused_with_its_code(server, own, code, sentence):
    answer = post(server, own)
    assert (answer.status_code, answer.json()["code"]) == (413 if "LARGE" in code else 400, code)
    assert sentence in answer.json()["error"]


@pytest.mark.parametrize(
    ("styles", "code", "sentence"),
    [
        ("", "INVALID_STYLES", "no JSON"),
        ("[" * 300_000, "INVALID_STYLES", "too many brackets"),
        ('{"family": {"colors": {"kinase": "red"}}}', "INVALID_STYLES", "'#D55E00'"),
        (" " * 1_100_000, "FILE_TOO_LARGE", "larger than 1 MB"),
    ],
)
def test_bad_styles_are_refused_with_their_code(server, styles, code, sentence):
    answer = post(server, table(), styles)
    assert (answer.status_code, answer.json()["code"]) == (413 if "LARGE" in code else 400, code)
    assert sentence in answer.json()["error"]


def test_refused_upload_leaves_nothing(server):
    folders = lambda: {path for path in server.root.iterdir() if len(path.name) >= 32}  # noqa: E731
    before = folders()
    assert post(server, "family\nkinase\n").status_code == 400
    assert folders() <= before


def test_table_as_text_is_refused_with_the_remedy(server):
    answer = post(server, table=(None, table()), file=("x.fasta", fasta()))
    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST")
    assert "curl -F table=@FILE" in answer.json()["error"]


@pytest.mark.parametrize("field", ["file", "table", "styles"])
def test_two_files_of_one_field_are_refused(server, field):
    files = [("file", ("x", fasta())), (field, ("x", "a")), (field, ("y", "b"))]
    answer = server.client.post("/api/prepare", files=files[-3:] if field != "file" else files[:2])
    assert (answer.status_code, answer.json()["code"]) == (400, "NOT_ALLOWED")
    assert f"'{field}' several times" in answer.json()["error"]


def test_field_in_which_no_file_is_chosen_is_none(server):
    """As a browser sends the form of a page without scripts."""
    lines = ['name="table"; filename=""', "Content-Type: application/octet-stream", "", ""]
    own = "\r\n".join(["--x", f"Content-Disposition: form-data; {lines[0]}", *lines[1:]])
    head = 'Content-Disposition: form-data; name="file"; filename="x"'
    body = f"{own}\r\n--x\r\n{head}\r\n\r\n{fasta()}\r\n--x--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = server.client.post("/api/prepare", content=body.encode(), headers=headers)
    assert answer.status_code == 202, answer.text
    server.client.delete(f"/api/prepare/{answer.json()['job_id']}")


def test_limits_are_those_of_the_settings(start_gateway):
    limits = {"PREP_TABLE_MAX_ROWS": "19", "PREP_TABLE_MAX_BYTES": "1000"}
    gateway = start_gateway(**limits, PREP_STYLES_MAX_BYTES="0")
    assert gateway.client.get("/api/options").json()["limits"]["max_table_rows"] == 19
    described = gateway.client.get("/openapi.json").json()["components"]["schemas"]["Upload"]
    assert "table" in described["properties"] and "styles" not in described["properties"]
    assert "the limit is 19 rows" in post(gateway, table(20)).json()["error"]
    assert post(gateway, table(100)).json()["code"] == "FILE_TOO_LARGE"
    answer = post(gateway, table(19), "{}")
    assert (answer.status_code, answer.json()["code"]) == (400, "NOT_ALLOWED")


@pytest.mark.slow
def test_run_that_is_started_again_has_its_table_and_styles(start_gateway):
    gateway = start_gateway(PREP_MAX_ATTEMPTS="3")
    job_id = post(gateway, table(), json.dumps(STYLES)).json()["job_id"]
    gateway.kill()
    for process in processes_below(gateway.root / job_id):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    gateway.start()
    assert gateway.finish(job_id)["event"] == "done"
    found = gateway.client.get(f"/api/prepare/{job_id}/preview").json()
    assert "#112233" in str(found["annotations"])


@pytest.mark.slow
def test_sweep_removes_them_with_the_run(start_gateway):
    settings = {"PREP_SWEEP_INTERVAL_SECONDS": "1", "PREP_DOWNLOAD_GRACE_SECONDS": "0"}
    gateway = start_gateway(**settings)
    answer = post(gateway, table(), json.dumps(STYLES))
    folder = gateway.root / answer.json()["job_id"]
    assert {"own.csv", "styles.json"} <= {path.name for path in folder.iterdir()}
    made(gateway, answer)
    wait_until(lambda: [path.name for path in folder.iterdir()] == ["state.json"])
