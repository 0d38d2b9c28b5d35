"""Getting the bundle: ranges, repeats, hang-ups, and when it goes."""

import asyncio
import json
import socket
import struct
import sys
import threading
import time
from types import SimpleNamespace

import pytest

from gateway.http.connection import Connection
from gateway.http.download import Download, download_name
from gateway.http.errors import GatewayError
from tests.support.gateway_process import Gateway, fasta
from tests.support.waiting import wait_until


def test_etag_and_ranges(gateway, done):
    whole = gateway.bundle(done)
    assert whole.headers["etag"] and whole.headers["accept-ranges"] == "bytes"
    part = gateway.bundle(done, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])


@pytest.mark.parametrize(
    ("asked", "status"), [("bytes=99999999-", 416), ("bytes=9-0", 400), ("lines=1", 400)]
)
def test_a_range_that_cannot_be_served_is_refused_in_the_one_shape(gateway, done, asked, status):
    answer = gateway.bundle(done, headers={"Range": asked})
    assert (answer.status_code, answer.json()["code"]) == (status, "BAD_RANGE")


@pytest.mark.parametrize(
    ("name", "plain", "readable"),
    [
        ("toxins.fasta", "toxins", "toxins"),
        ("my proteins (2).fa.gz", "my_proteins_2", "my proteins (2)"),
        ("Proteïne α.fna", "Prote_ne", "Proteïne α"),
        ("../../etc/passwd", "passwd", "passwd"),
        ("C:\\x\\y.fasta", "y", "y"),
        ('a"b\r\nSet-Cookie: c.fa', "a_b_Set-Cookie_c", 'a"bSet-Cookie: c'),
        (".fasta", "protspace", None),
        ("...", "protspace", None),
        ("", "protspace", None),
        ("x" * 300 + ".fa", "x" * 80, "x" * 80),
    ],
)
def test_names_of_downloads_are_safe_and_readable(name, plain, readable):
    expected = f"{plain}.parquetbundle"
    assert download_name(name) == (expected, f"{readable or plain}.parquetbundle")


def test_the_name_comes_from_the_upload_and_injects_no_header(gateway):
    answer = gateway.post(fasta(20), name='α"; x="\r\nX-Evil: 1.fasta', methods="pca2")
    gateway.finish(answer.json()["job_id"])
    got = gateway.bundle(answer.json()["job_id"])
    assert "x-evil" not in got.headers
    assert got.headers["content-disposition"].isascii()


@pytest.fixture
def short(start_gateway):
    """A gateway that sweeps each second, and a finished run whose bundle was not downloaded."""
    gateway = start_gateway(PREP_DOWNLOAD_GRACE_SECONDS="600", PREP_SWEEP_INTERVAL_SECONDS="1")
    job_id = gateway.submit()
    assert gateway.finish(job_id)["event"] == "done"
    return gateway, job_id


def hang_up(gateway, job_id, count):
    """Ask for the bundle, let so many bytes arrive, and reset the connection with all unread."""
    with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(f"GET /api/prepare/{job_id}/bundle HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        while len(connection.recv(1 << 20, socket.MSG_PEEK)) < count:
            time.sleep(0.01)


def test_a_complete_download_is_repeatable_and_then_gone(short):
    gateway, job_id = short
    first = gateway.bundle(job_id)
    assert gateway.bundle(job_id).content == first.content
    wait_until(lambda: gateway.state(job_id)["delivered"])
    state = gateway.state(job_id)
    path = gateway.root / job_id / "state.json"
    path.write_text(json.dumps(state | {"delivered": state["delivered"] - 601}))
    wait_until(lambda: gateway.bundle(job_id, headers={"Range": "bytes=0-0"}).status_code == 410)
    answer = gateway.bundle(job_id)
    assert (answer.status_code, answer.json()["code"]) == (410, "EXPIRED")
    assert [path.name for path in (gateway.root / job_id).iterdir()] == ["state.json"]


#: A gateway that believes only after a minute that a client has stayed.
PATIENT = """import sys, gateway.http.connection, gateway.__main__
gateway.http.connection._RESET_SECONDS = 60
sys.exit(gateway.__main__.main())"""


@pytest.fixture
def patient(tmp_path):
    gateway = Gateway(tmp_path / "patient")
    gateway.command = (sys.executable, "-c", PATIENT)
    yield gateway.start()
    gateway.stop()


def test_parts_and_hang_ups_are_no_download(patient):
    gateway, job_id = patient, patient.submit()
    assert gateway.finish(job_id)["event"] == "done"
    size = int(gateway.client.head(f"/api/prepare/{job_id}/bundle").headers["content-length"])
    for arrived in (1, size // 2, size):
        assert gateway.bundle(job_id, headers={"Range": "bytes=0-0"}).status_code == 206
        hang_up(gateway, job_id, arrived)
        assert gateway.client.head(f"/api/prepare/{job_id}/bundle").status_code in (200, 405)
    for _ in range(10):
        time.sleep(0.2)
        assert gateway.state(job_id)["delivered"] is None


def test_parallel_downloads_all_succeed(short):
    gateway, job_id = short
    codes = []
    threads = [
        threading.Thread(target=lambda: codes.append(gateway.bundle(job_id).status_code))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [200] * 8


@pytest.mark.slow
def test_a_finished_run_goes_after_its_time_and_its_streams_end(start_gateway):
    gateway = start_gateway(PREP_BUNDLE_TTL_SECONDS="2", PREP_SWEEP_INTERVAL_SECONDS="1")
    job_id = gateway.submit()
    gateway.finish(job_id)
    wait_until(lambda: gateway.client.get(f"/api/prepare/{job_id}").json()["status"] == "expired")
    assert gateway.bundle(job_id).status_code == 410
    events = gateway.client.get(f"/api/prepare/{job_id}/events")
    assert (events.status_code, events.json()["code"]) == (410, "EXPIRED")


SOON = {"PREP_DOWNLOAD_GRACE_SECONDS": "0", "PREP_SWEEP_INTERVAL_SECONDS": "1"}


@pytest.mark.slow
@pytest.mark.parametrize(("default", "said"), [("true", "true"), ("false", None)])
def test_kept_result_stays_after_a_download_and_a_restart(start_gateway, default, said):
    gateway = start_gateway(PREP_DELETE_AFTER_DOWNLOAD=default, **SOON)
    kept = gateway.submit(**({"keep": said} if said else {}))
    gone = gateway.submit(keep="false")
    for job_id in (kept, gone):
        gateway.finish(job_id)
        assert gateway.bundle(job_id).status_code == 200
        wait_until(lambda job_id=job_id: gateway.state(job_id)["delivered"])
    gateway.end()
    gateway.start()
    wait_until(lambda: gateway.bundle(gone).status_code == 410)
    wait_until(lambda: gateway.state(gone)["status"] == "expired")
    assert gateway.bundle(kept).status_code == 200
    found = gateway.client.get(f"/api/prepare/{kept}").json()
    assert found["keep"] and found["expires"] > time.time() + 3000


def test_end_of_a_job_says_until_when_its_result_is_there(gateway, done):
    found = gateway.client.get(f"/api/prepare/{done}").json()
    assert found["keep"] is False
    last = found["last_event"]["data"]
    assert last["expires"] == pytest.approx(gateway.state(done)["finished"] + 3600, abs=0.5)


def test_file_that_is_removed_while_it_is_sent_arrives_whole(tmp_path):
    path, bodies = tmp_path / "x.tsv", []
    path.write_bytes(b"protein_id\n")

    async def send(message):
        path.unlink(missing_ok=True)
        bodies.append(message.get("body", b""))

    connection = SimpleNamespace(lost=asyncio.Event())
    scope = {"type": "http", "method": "GET", "headers": [], "asgi": {"spec_version": "2.4"}}
    scope["extensions"] = {Connection.KEY: connection}
    asyncio.run(Download(path, "x.fasta")(scope, None, send))
    assert b"".join(bodies) == b"protein_id\n"


def test_file_that_was_removed_before_is_expired(tmp_path):
    scope = {"type": "http", "method": "GET", "headers": [], "extensions": {}}
    with pytest.raises(GatewayError) as caught:
        asyncio.run(Download(tmp_path / "x.tsv", "x.fasta")(scope, None, None))
    assert (caught.value.status, caught.value.code) == (410, "EXPIRED")
