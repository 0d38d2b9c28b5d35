"""/openapi.json describes each route and answer of the gateway, and no other."""

import re
from functools import reduce
from operator import getitem

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi import checks

from gateway.http import health, routes
from gateway.http.openapi import document, operations
from gateway.settings import Settings
from scripts.generate import ROOT
from tests.support.gateway_process import halt
from tests.support.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.slow

CONFORMS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]
NEVER = [schemathesis.checks.not_a_server_error]
BOUNDED = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
FASTA = (ROOT / "examples" / "families.fasta").read_bytes()
schema = schemathesis.openapi.from_dict(document(Settings(api_token="secret")))


def ask(server, method, path, **case):
    """The answer to one request; an assertion where the document says something else."""
    asked = schema[path][method].Case(**case)
    return asked.call_and_validate(server.url, checks=CONFORMS, timeout=PATIENCE_SECONDS)


def upload(server, file=FASTA, headers=None, **fields):
    form = {"body": {"file": file, **fields}, "media_type": "multipart/form-data"}
    return ask(server, "POST", "/api/prepare", headers=headers or {}, **form)


def download(server, job_id, **headers):
    path = "/api/prepare/{job_id}/bundle"
    return ask(server, "GET", path, path_parameters={"job_id": job_id}, headers=headers)


def test_the_document_has_each_route_and_no_other():
    found = {
        (method, route.path)
        for route in [*routes.ROUTES, *health.ROUTES]
        for method in route.methods - {"HEAD"}
    }
    assert set(operations(document(Settings()))) == found


def test_the_document_is_valid_openapi_and_served(gateway):
    served = gateway.client.get("/openapi.json").json()
    assert served["openapi"] == "3.1.0"
    schemathesis.openapi.from_dict(served).validate()


def test_each_reference_leads_somewhere():
    whole = document(Settings(api_token="secret"))
    for reference in set(re.findall(r"'#/([^']+)'", str(whole))):
        reduce(getitem, reference.split("/"), whole)


def test_names_of_operations_are_unique():
    names = [found["operationId"] for found in operations(document(Settings())).values()]
    assert len(set(names)) == len(names)


def test_it_names_the_limits_and_choices_of_this_server(start_gateway):
    server = start_gateway(PREP_SEQUENCE_MAX_COUNT="1234", PREP_ALLOWED_METHODS="pca2,tsne2")
    fields = server.client.get("/openapi.json").json()["components"]["schemas"]["Upload"]
    assert "1,234 sequences" in fields["properties"]["file"]["description"]
    assert "offered: pca2, tsne2." in fields["properties"]["methods"]["description"]


def test_it_asks_for_a_token_only_where_the_server_does():
    without, with_token = document(Settings()), document(Settings(api_token="secret"))
    assert "securitySchemes" not in without["components"]
    assert operations(with_token)["POST", "/api/prepare"]["security"] == [{"token": []}]
    assert "secret" not in str(with_token)


@schema.parametrize()
@BOUNDED
def test_whatever_is_asked_the_answer_is_documented(case, gateway):
    case.call_and_validate(gateway.url, checks=CONFORMS + NEVER, timeout=PATIENCE_SECONDS)


@schema.include(path_regex="job_id").parametrize()
@BOUNDED
def test_whatever_is_asked_of_a_finished_job_the_answer_is_documented(case, gateway, done):
    case.path_parameters["job_id"] = done
    case.call_and_validate(gateway.url, checks=CONFORMS + NEVER, timeout=PATIENCE_SECONDS)


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (200, {}),
        (206, {"Range": "bytes=0-9"}),
        (206, {"Range": "bytes=0-9, 20-29"}),
        (416, {"Range": "bytes=99999999-"}),
    ],
)
def test_each_answer_to_a_download_is_documented(gateway, done, status, headers):
    assert download(gateway, done, **headers).status_code == status


@pytest.mark.parametrize(
    ("status", "code", "form"),
    [
        (400, "MALFORMED_FASTA", {"file": b"MKV"}),
        (400, "NOT_ALLOWED", {"methods": "pca9"}),
        (413, "FILE_TOO_LARGE", {"file": FASTA * 200}),
        (400, "INVALID_ANNOTATIONS", {"table": b"family\nkinase\n"}),
        (413, "FILE_TOO_LARGE", {"table": b"\n" * 100_000}),
        (400, "INVALID_STYLES", {"styles": b"[]"}),
    ],
)
def test_each_refusal_of_an_upload_is_documented(gateway, status, code, form):
    answer = upload(gateway, **form)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_upload_without_the_token_gets_what_is_documented(start_gateway):
    server = start_gateway(PREP_API_TOKEN="secret", PREP_REFUSED_RATE_LIMIT="2/hour")
    assert upload(server).status_code == 401
    token = {"Authorization": "Bearer secret"}
    assert upload(server, b"MKV", token).status_code == 400
    assert upload(server, b"MKV", token).status_code == 429


def test_accepted_and_turned_away_uploads_get_what_is_documented(start_gateway):
    server = start_gateway(PREP_MAX_PENDING_JOBS="1")
    accepted = upload(server)
    assert accepted.status_code == 202
    halt(server, accepted.json()["job_id"])
    assert upload(server).status_code == 503
    assert download(server, accepted.json()["job_id"]).status_code == 409
