"""Uploads that are taken, and uploads that are refused, each in one shape."""

import contextlib
import gzip
import json
import socket
import threading

import httpx
import pytest

from tests.support.gateway_process import RESIDUES, fasta, halt
from tests.support.waiting import PATIENCE_SECONDS, wait_until

LONG = ">long\n" + RESIDUES * 101 + "\n"


def stored(gateway) -> list[str]:
    """Return the names in the root of the runs, without the history and the cache.

    Others add to these: finished runs, and the sweeper, which opens the cache soon after the start.
    """
    names = {path.name for path in gateway.root.iterdir()} - {".store"}
    return sorted(name for name in names if "history" not in name)


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        ("", 400, "EMPTY_FASTA"),
        (">a\n>b\n", 400, "EMPTY_FASTA"),
        (fasta(19), 400, "TOO_FEW_SEQUENCES"),
        (fasta(1501, 5), 400, "TOO_MANY_SEQUENCES"),
        (fasta(20) + LONG, 400, "SEQUENCE_TOO_LONG"),
        (fasta(760, 2000), 400, "TOTAL_RESIDUES_EXCEEDED"),
        ("x" + fasta(20), 400, "MALFORMED_FASTA"),
        (fasta(20).encode("utf-16"), 400, "MALFORMED_FASTA"),
        (fasta(20) + fasta(1), 400, "DUPLICATE_IDENTIFIERS"),
        (gzip.compress(b">a\n" + b"A" * 9_000_000), 413, "FILE_TOO_LARGE"),
    ],
)
def test_a_bad_file_is_refused_with_its_code_and_stores_nothing(gateway, content, status, code):
    before = stored(gateway)
    answer = gateway.post(content)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert isinstance(answer.json()["error"], str) and answer.json()["error"]
    assert stored(gateway) == before


@pytest.mark.parametrize("said", ["perhaps", "2", "<b>"])
def test_keep_that_is_neither_yes_nor_no_is_refused(gateway, said):
    answer = gateway.post(fasta(20), keep=said)
    assert (answer.status_code, answer.json()["code"]) == (400, "NOT_ALLOWED")
    assert answer.json()["error"].startswith(f"keep '{said}' is neither yes nor no.")


def test_too_few_names_the_minimum_and_is_not_called_empty(gateway):
    message = gateway.post(fasta(3)).json()["error"]
    assert "20" in message and "empty" not in message.lower()


@pytest.mark.parametrize("name", ["x.fasta", "weird", "", ".fasta", "ümläut α.fa"])
def test_any_file_name_is_taken(gateway, name):
    answer = gateway.post(fasta(20), name=name or "x", methods="pca2")
    assert answer.status_code == 202
    gateway.client.delete(f"/api/prepare/{answer.json()['job_id']}")


@pytest.mark.slow
def test_gzip_is_taken(gateway):
    job_id = gateway.submit(gzip.compress(fasta(21).encode()))
    assert gateway.finish(job_id)["event"] == "done"


def test_choices_reach_the_run(gateway):
    job_id = gateway.submit(methods="mds2", annotations="header")
    assert "- mds2" in (gateway.root / job_id / "config.yaml").read_text()
    gateway.client.delete(f"/api/prepare/{job_id}")


@pytest.mark.parametrize(
    "fields",
    [
        {"methods": "umap2:n_neighbors=5"},
        {"embedder": "esm2_3b"},
        {"annotations": "/etc/passwd.csv"},
    ],
)
def test_choices_that_are_not_offered_are_refused(gateway, fields):
    answer = gateway.post(**fields)
    assert (answer.status_code, answer.json()["code"]) == (400, "NOT_ALLOWED")
    assert "offered:" in answer.json()["error"]


def test_a_form_without_a_file_is_422(gateway):
    without = gateway.client.post("/api/prepare", files={"other": ("x", "y")})
    text = gateway.client.post("/api/prepare", data={"file": "x"})
    for answer in (without, text, gateway.client.post("/api/prepare", content=b"x")):
        assert (answer.status_code, answer.json()["code"]) == (422, "NO_FILE")


@pytest.mark.parametrize("body", [b"", b"--x\r\n", b"--y\r\n\r\n", b"\xff" * 99])
def test_a_broken_form_is_refused(gateway, body):
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = gateway.client.post("/api/prepare", content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.json()["code"] in ("BAD_REQUEST", "NO_FILE")


def test_an_endless_upload_is_cut_off_near_the_limit(gateway):
    sent = 0

    def body():
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
        for _ in range(1024):
            sent += 1048576
            yield b"A" * 1048576

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    # Whether the answer or the end of the connection is met first is up to the client.
    with contextlib.suppress(httpx.TransportError):
        answer = gateway.client.post("/api/prepare", content=body(), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "FILE_TOO_LARGE")
    assert sent < 64 * 1048576


def test_a_file_just_above_the_limit_gets_its_answer(gateway):
    answer = gateway.post(b">a\n" + b"A" * 8_500_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "FILE_TOO_LARGE")


def test_an_upload_that_is_broken_off_leaves_nothing(gateway):
    head = (
        b"POST /api/prepare HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n"
        b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
    )
    before = stored(gateway)
    with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
        connection.sendall(head)
    wait_until(lambda: stored(gateway) == before)


def test_a_token_is_needed_to_submit_where_one_is_set(start_gateway):
    gateway = start_gateway(PREP_API_TOKEN="right")
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "right"}):
        answer = gateway.post(headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")
    for scheme in ("Bearer", "bearer", "BEARER"):
        assert gateway.post(headers={"Authorization": f"{scheme} right"}).status_code == 202


def test_wrong_tokens_are_counted(start_gateway):
    gateway = start_gateway(PREP_API_TOKEN="right", PREP_REFUSED_RATE_LIMIT="2/minute")
    answers = [gateway.post(headers={"Authorization": "Bearer wrong"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]


def test_name_of_a_file_may_hold_no_characters(start_gateway):
    gateway = start_gateway()
    head = 'Content-Disposition: form-data; name="file"; filename="a\udcffb.fasta"\r\n\r\n'
    body = b"--x\r\n" + head.encode("utf-8", "surrogatepass") + fasta().encode() + b"\r\n--x--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = gateway.client.post("/api/prepare", content=body, headers=headers)
    assert answer.status_code == 202, answer.text


def test_field_of_many_entries_is_refused(start_gateway):
    answer = start_gateway().post(methods="pca2," * 5000)
    assert (answer.status_code, answer.json()["code"]) == (400, "NOT_ALLOWED")
    assert "5,000 entries" in answer.json()["error"]


def test_too_many_uploads_are_429_with_the_wait(start_gateway):
    gateway = start_gateway(PREP_RATE_LIMIT="2/minute")
    assert gateway.post(fasta(3)).status_code == 400
    accepted = [gateway.post(), gateway.post()]
    assert [answer.headers["x-ratelimit-remaining"] for answer in accepted] == ["1", "0"]
    forged = gateway.post(headers={"X-Forwarded-For": "9.9.9.9"})
    assert (forged.status_code, forged.json()["code"]) == (429, "RATE_LIMITED")
    assert 1 <= int(forged.headers["retry-after"]) <= 60


def test_refused_uploads_have_a_wider_limit_of_their_own(start_gateway):
    gateway = start_gateway(PREP_REFUSED_RATE_LIMIT="3/minute")
    codes = [gateway.post(fasta(3)).status_code for _ in range(4)]
    assert codes == [400, 400, 400, 429]


def test_full_queue_refuses_an_upload_before_it_is_read(start_gateway):
    gateway = start_gateway(PREP_MAX_PENDING_JOBS="1")
    halt(gateway, gateway.submit())
    assert gateway.post("no FASTA").json()["code"] == "QUEUE_FULL"


def test_a_trusted_proxy_is_believed_as_far_as_it_goes(start_gateway):
    gateway = start_gateway(PREP_RATE_LIMIT="1/minute", PREP_TRUSTED_PROXIES="127.0.0.0/8")
    for address in ("1.1.1.1", "6.6.6.6, 2.2.2.2", "2001:db8::1"):
        assert gateway.post(headers={"X-Forwarded-For": address}).status_code == 202
    assert gateway.post(headers={"X-Forwarded-For": "7.7.7.7, 2.2.2.2"}).status_code == 429
    two_lines = [("X-Forwarded-For", "8.8.8.8"), ("X-Forwarded-For", "2.2.2.2")]
    assert gateway.post(headers=two_lines).status_code == 429


def test_addresses_of_one_client_are_counted_together(start_gateway):
    gateway = start_gateway(PREP_RATE_LIMIT="1/minute", PREP_TRUSTED_PROXIES="127.0.0.0/8")
    status = {}
    for address in (
        *("2001:db8::1", "2001:DB8:0:0:f::2", "[2001:db8::3]:443", "2001:db8:0:1::1"),
        *("9.9.9.9", "::ffff:9.9.9.9", "9.9.9.9:1234", "::ffff:909:909", "8.8.8.8"),
    ):
        status[address] = gateway.post(headers={"X-Forwarded-For": address}).status_code
    accepted = {address for address, code in status.items() if code == 202}
    assert accepted == {"2001:db8::1", "2001:db8:0:1::1", "9.9.9.9", "8.8.8.8"}
    assert set(status.values()) == {202, 429}


def test_other_origins_may_read_answers_where_allowed(start_gateway):
    gateway = start_gateway(CORS_ALLOWED_ORIGIN="https://a.example, https://b.example,")
    for origin, allowed in (("https://b.example", True), ("https://evil.example", False)):
        for answer in (
            gateway.post(fasta(3), headers={"Origin": origin}),
            gateway.client.get("/api/prepare/x", headers={"Origin": origin}),
        ):
            assert (answer.headers.get("access-control-allow-origin") == origin) is allowed
            assert "Retry-After" in answer.headers["access-control-expose-headers"]


def test_preflight(start_gateway):
    gateway = start_gateway(CORS_ALLOWED_ORIGIN="https://a.example")
    headers = {"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}
    answer = gateway.client.options("/api/prepare", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["access-control-max-age"] == "86400"


ID = "0" * 32
BAD_ID = "x" * 32


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "NOT_FOUND"),
        ("GET", "/api/prepare", 405, "METHOD_NOT_ALLOWED"),
        ("PUT", f"/api/prepare/{ID}", 405, "METHOD_NOT_ALLOWED"),
        ("POST", "/healthz", 405, "METHOD_NOT_ALLOWED"),
        *[
            (method, f"/api/prepare/{job}{rest}", status, code)
            for job, status, code in ((ID, 404, "NOT_FOUND"), (BAD_ID, 422, "INVALID_ID"))
            for method, rest in (
                ("GET", ""),
                ("DELETE", ""),
                ("GET", "/events"),
                ("GET", "/bundle"),
                ("GET", "/table"),
            )
        ],
        ("GET", "/api/prepare/..%2f..%2fetc", 404, "NOT_FOUND"),
    ],
)
def test_every_refusal_has_the_one_shape(gateway, method, path, status, code):
    answer = gateway.client.request(method, path)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code)
    assert isinstance(body["error"], str) and body["detail"] == body["error"]
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_readyz_names_the_check_that_failed(start_gateway):
    gateway = start_gateway(PREP_MIN_FREE_BYTES=str(10**18))
    answer = gateway.client.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "NOT_READY")
    assert "disk" in answer.json()["error"]


def test_slow_uploads_do_not_hold_up_others(gateway):
    with socket.create_connection(("127.0.0.1", gateway.port)) as slow:
        slow.sendall(b"POST /api/prepare HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n")
        answers = []
        thread = threading.Thread(target=lambda: answers.append(gateway.client.get("/healthz")))
        thread.start()
        thread.join(PATIENCE_SECONDS)
    assert json.loads(answers[0].text)["ok"] is True
