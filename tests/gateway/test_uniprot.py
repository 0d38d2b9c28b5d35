"""Uploads of accessions and queries: same events, same errors, and limits before the download."""

import pytest
from protspace.data.io.bundle import read_bundle_contents

from tests.fakes.web import FakeWeb
from tests.support.gateway_process import Gateway

ACCESSIONS = [f"P{number}" for number in range(10000, 10030)]
QUERY = '(family:"phospholipase A2") AND (reviewed:true)'


@pytest.fixture(scope="module")
def web():
    with FakeWeb() as web:
        web.hits[QUERY] = ACCESSIONS
        yield web


@pytest.fixture(scope="module")
def server(web, tmp_path_factory):
    folder = tmp_path_factory.mktemp("uniprot")
    gateway = Gateway(
        folder / "runs",
        PREP_ALLOWED_INPUTS="file,accessions,query",
        PREP_SEQUENCE_MAX_COUNT="100",
        HOME=str(folder),
        **web.environment,
    )
    yield gateway.start()
    gateway.stop()


def runs(server) -> list[str]:
    """Return the names of run directories, those of uploads on their way included."""
    return sorted(path.name for path in server.root.iterdir() if len(path.name) >= 32)


def post(server, **fields):
    fields = {"methods": "pca2", "annotations": "default"} | fields
    # As a form with a part for each field, as browsers send it.
    parts = {name: (None, value) for name, value in fields.items()}
    return server.client.post("/api/prepare", files=parts)


def bundled(server, answer):
    """Return the annotations of the bundle, and all events."""
    assert answer.status_code == 202, answer.text
    events = list(server.events(answer.json()["job_id"]))
    assert events[-1]["event"] == "done", events[-1]
    content = server.bundle(answer.json()["job_id"]).content
    return read_bundle_contents(content, warn_legacy=False).annotations, events


def test_query_becomes_a_bundle(server, web):
    web.reset()
    table, events = bundled(server, post(server, query=QUERY))
    assert table.num_rows == 30
    stages = [it["data"]["stage"] for it in events if it["event"] == "progress"]
    assert list(dict.fromkeys(stages)) == [
        "normalizing",
        *sorted({"embedding", "annotating"} & set(stages), key=stages.index),
        "projecting",
        "bundling",
    ]
    # Two counts before the upload was accepted, the count of the run, and one page.
    assert web.uniprot.requests == 4


def test_accessions_become_a_bundle_with_warnings(server):
    text = "# mine\r\n" + "\r\n".join([*ACCESSIONS[:20], "Q0DEL1"])
    table, events = bundled(server, post(server, accessions=text))
    assert table.num_rows == 20
    assert "Q0DEL1 was deleted" in events[-1]["data"]["warnings"][0]


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"query": "(famly:x)"}, 400, "INVALID_QUERY"),
        ({"query": " \n"}, 400, "INVALID_QUERY"),
        ({"query": "a\0b"}, 400, "INVALID_QUERY"),
        ({"query": "uniprot:few"}, 400, "TOO_FEW_SEQUENCES"),
        ({"query": "(family:none)"}, 400, "NO_PROTEINS_FOUND"),
        ({"query": "few"}, 400, "TOO_FEW_SEQUENCES"),
        ({"query": "many"}, 400, "TOO_MANY_SEQUENCES"),
        ({"accessions": "P12345\nmine"}, 400, "INVALID_ACCESSIONS"),
        ({"accessions": "P12345"}, 400, "TOO_FEW_SEQUENCES"),
        ({"accessions": " ".join(f"P{n}" for n in range(10000, 10101))}, 400, "TOO_MANY_SEQUENCES"),
        ({"accessions": "P12345", "query": QUERY}, 400, "NOT_ALLOWED"),
        ({"query": ""}, 422, "NO_FILE"),
    ],
)
def test_refused_source_has_its_code_and_stores_nothing(server, web, fields, status, code):
    web.hits["few"], web.hits["many"] = ACCESSIONS[:3], [f"P{n}" for n in range(10000, 10101)]
    before = runs(server)
    answer = post(server, **fields)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert runs(server) == before


def test_number_of_hits_is_in_the_refusal(server, web):
    web.hits["many"] = [f"P{n}" for n in range(10000, 10101)]
    message = post(server, query="many").json()["error"]
    assert "UniProt has 101 proteins for the query 'many'; at most 100 are retrieved" in message


def test_long_proteins_are_refused_before_the_download(server, web):
    web.hits[f"({QUERY}) AND (length:[2001 TO *])"] = ACCESSIONS[:3]
    answer = post(server, query=QUERY)
    web.hits.pop(f"({QUERY}) AND (length:[2001 TO *])")
    assert answer.json()["code"] == "SEQUENCE_TOO_LONG"
    assert "3 of the proteins have more than 2,000 residues" in answer.json()["error"]
    assert "Add AND (length:[1 TO 2000]) to the query." in answer.json()["error"]


def test_uniprot_that_is_away_is_a_503_with_a_pause(server, web):
    web.uniprot.fault = "503"
    answer = post(server, query=QUERY)
    web.uniprot.fault = None
    assert (answer.status_code, answer.json()["code"]) == (503, "UNIPROT_UNAVAILABLE")
    assert int(answer.headers["Retry-After"]) >= 1


def test_fault_during_the_run_is_an_error_event(server, web):
    web.uniprot.fault = "400"
    answer = post(server, accessions="\n".join(f"P{n}" for n in range(20000, 20025)))
    event = server.finish(answer.json()["job_id"])
    web.uniprot.fault = None
    assert (event["event"], event["data"]["code"]) == ("error", "UNIPROT_UNAVAILABLE")


def test_operator_can_switch_them_off(gateway):
    for fields in ({"query": QUERY}, {"accessions": "P12345"}):
        answer = gateway.client.post(
            "/api/prepare", files={k: (None, v) for k, v in fields.items()}
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "NOT_ALLOWED")
        assert "is not offered here; offered: file." in answer.json()["error"]
    assert gateway.client.get("/api/options").json()["inputs"] == ["file"]


def test_offline_server_needs_a_cached_answer(start_gateway):
    server = start_gateway(PREP_ALLOWED_INPUTS="file,query", PREP_OFFLINE="true")
    event = server.finish(post(server, query=QUERY).json()["job_id"])
    assert (event["event"], event["data"]["code"]) == ("error", "OFFLINE")
