"""Hostile clients are answered or cut off within a bound, and their neighbours are served."""

import gzip
import re
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.download import Download
from tests.support.hostile import (
    FORM,
    answer,
    connect,
    end,
    head,
    is_closed,
    neighbour,
    part,
    talk,
)

ID = "0" * 32
KIND = {"content_type": FORM["Content-Type"]}


def upload(gateway, body: bytes, **headers) -> tuple[int, str]:
    answer = gateway.client.post("/api/prepare", content=body, headers={**FORM, **headers})
    assert "Traceback" not in answer.text
    return answer.status_code, answer.json()["code"]


def test_a_form_of_ten_thousand_parts_is_refused_at_once(gateway):
    body = b"".join(part(f"f{i}", b"x") for i in range(10_000)) + end()
    with neighbour(gateway):
        assert upload(gateway, body) == (400, "BAD_REQUEST")


def test_bombs_of_gzip_are_refused_without_being_unpacked(gateway):
    bomb = gzip.compress(bytes(16_000_000)) * 64
    body = part("file", b"\x1f\x8b" + bomb[2:], '; filename="x"') + end()
    process = psutil.Process(gateway.process.pid)
    before = process.memory_info().rss
    with neighbour(gateway):
        assert [upload(gateway, body) for _ in range(5)] == [(413, "FILE_TOO_LARGE")] * 5
    assert process.memory_info().rss - before < 100e6


@pytest.mark.parametrize("charset", ["undefined", "hex", "utf-7", "raw_unicode_escape", "none"])
def test_no_character_set_of_a_form_is_the_fault_of_the_server(gateway, charset):
    kind = FORM["Content-Type"] + f"; charset={charset}"
    fields = part("methods", b"\\ud800+2AA-\xff") + part("file", b">a\nMKV", '; filename="\\ud800"')
    status, code = upload(gateway, fields + end(), **{"Content-Type": kind})
    assert (status, code) in ((400, "BAD_REQUEST"), (400, "NOT_ALLOWED"))


@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "multipart/mixed; boundary=x", "application/x-www-form-urlencoded", "\xe4"],
)
def test_other_content_types_are_no_form(gateway, kind):
    assert (
        talk(gateway, head("POST", "/api/prepare", content_type=kind, content_length=0))[0] == 422
    )


@pytest.mark.parametrize("kind", ["", "; boundary=", "; boundary=" + "b" * 999, '; boundary="\\'])
def test_a_form_without_a_usable_boundary_is_refused(gateway, kind):
    kind = "multipart/form-data" + kind
    status, body = talk(gateway, head("POST", "/api/prepare", content_type=kind, content_length=0))
    assert (status, body["code"]) in ((400, "BAD_REQUEST"), (422, "NO_FILE"))


@pytest.mark.parametrize(
    "job",
    [
        *("..", "%2e%2e", "..%2f..%2fetc%2fpasswd", "..%5c..%5c", "~root", ".store"),
        *("%00", "%ff%fe", ID + "%00", ID + "%0a", ID + "%2fstate.json", ID.upper() + "/"),
        *(".incoming-" + ID, "٣" * 32),
    ],
)
@pytest.mark.parametrize("rest", ["", "/events", "/bundle", "/table"])
def test_tricks_with_paths_in_ids_lead_nowhere(gateway, job, rest):
    path = f"/api/prepare/{job}{rest}".encode().decode("latin-1")
    status, body = talk(gateway, head("GET", path))
    expected = [(404, "NOT_FOUND"), (422, "INVALID_ID"), (405, "METHOD_NOT_ALLOWED")]
    assert (status, body["code"]) in [*expected, (400, "BAD_REQUEST")]


def test_an_upload_that_takes_too_long_is_ended_with_a_sentence(start_gateway):
    gateway = start_gateway(PREP_UPLOAD_SECONDS="1")
    with connect(gateway) as connection, neighbour(gateway):
        connection.sendall(head("POST", "/api/prepare", content_length=99, **KIND) + b"--x\r\n")
        status, body = answer(connection.makefile("rb"))
        assert (status, body["code"]) == (408, "REQUEST_TIMEOUT") and "1 s" in body["error"]
        assert is_closed(connection)


@given(st.text())
def test_no_file_name_gets_out_of_its_header(name):
    value = Download(Path("x.tsv"), name).headers["content-disposition"]
    names = r"attachment; filename=\"[\w.-]+\"; filename\*=UTF-8''[\w.~%-]+"
    assert re.fullmatch(names, value, re.ASCII)
