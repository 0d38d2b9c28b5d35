"""Connections that say too much, something else or all at once, and too many of them."""

import contextlib
import os
import subprocess
import sys

import pytest

from tests.support.gateway_process import ROOT, Gateway
from tests.support.hostile import answer, connect, head, neighbour, talk
from tests.support.waiting import wait_until


@pytest.mark.parametrize("sent", [head(x="y" * 17_000), head(path="/" + "a" * 17_000)])
def test_headers_beyond_16_kilobytes_are_refused(gateway, sent):
    status, body = talk(gateway, sent.rstrip())
    assert (status, body["code"]) == (431, "HEADERS_TOO_LARGE")


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET /healthz\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nA\x00: b\r\n\r\n",
        head("POST", "/api/prepare", content_length="-1"),
        head("POST", "/api/prepare", content_length="1, 2"),
        head("POST", "/api/prepare", content_length=5, transfer_encoding="gzip"),
        head("POST", "/api/prepare", transfer_encoding="chunked") + b"zz\r\n",
        head("GET", "/healthz", transfer_encoding="chunked") + b"zz\r\n",
    ],
)
def test_what_is_no_http_gets_the_one_shape(gateway, sent):
    status, body = talk(gateway, sent)
    assert (status, body["code"]) == (400, "BAD_REQUEST")
    assert body["detail"] == body["error"]


def test_requests_in_one_go_are_answered_in_order(gateway):
    with connect(gateway) as connection, neighbour(gateway):
        stream = connection.makefile("rb")
        connection.sendall((head() + head(path="/nothing")) * 100)
        assert [answer(stream)[0] for _ in range(200)] == [200, 404] * 100


def test_upgrades_are_not_followed(gateway):
    asked = head(connection="Upgrade", upgrade="websocket", sec_websocket_version=13)
    assert talk(gateway, asked)[0] == 200


def test_more_connections_than_allowed_are_turned_away_until_others_go(start_gateway):
    gateway = start_gateway(PREP_MAX_CONNECTIONS="5")
    with contextlib.ExitStack() as held:
        for _ in range(5):
            held.enter_context(connect(gateway)).sendall(b"GET")
        with connect(gateway) as one_more:
            status, body = answer(one_more.makefile("rb"))
        assert (status, body["code"]) == (503, "TOO_MANY_CONNECTIONS")
    wait_until(gateway.answers)


@pytest.mark.parametrize(("hard", "raised"), [(4096, 456), (300, 300)])
def test_open_files_are_allowed_for_all_connections(hard, raised):
    limit = "resource.{}rlimit(resource.RLIMIT_NOFILE{})"
    code = f"""if True:
        import resource, gateway.__main__
        {limit.format("set", f", (64, {hard})")}
        gateway.__main__.make_room(100)
        print({limit.format("get", "")}[0])"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert found.stdout.splitlines()[-1] == str(raised)


def start_with_files(tmp_path, most: int) -> subprocess.CompletedProcess:
    command = f"ulimit -n {most}; exec {sys.executable} -m gateway --port 0"
    settings = os.environ | {"PREP_JOB_ROOT": str(tmp_path)}
    return subprocess.run(
        ["bash", "-c", command], env=settings, cwd=ROOT, capture_output=True, text=True
    )


def test_gateway_that_may_open_hardly_any_file_says_so(tmp_path):
    found = start_with_files(tmp_path, 64)
    assert found.returncode == 2
    assert "may open only 64 files, and needs 288" in found.stderr and "ulimit -n" in found.stderr


@pytest.mark.slow
def test_more_clients_than_open_files_leave_no_traceback(tmp_path):
    gateway = Gateway(tmp_path / "runs")
    gateway.command = ("prlimit", "--nofile=300", *Gateway.command)
    gateway.start()
    with contextlib.ExitStack() as held:
        for _ in range(400):
            held.enter_context(connect(gateway))
        wait_until(gateway.answers)
    gateway.stop()
    assert "Traceback" not in gateway.log.read_text()
