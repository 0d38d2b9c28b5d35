"""Requests of every kind to every route, byte by byte: no fault, no file, one shape."""

import asyncio
import os
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.http import health, routes
from tests.support.gateway_process import Gateway
from tests.support.rawhttp import Raw, check

pytestmark = pytest.mark.faults

REQUESTS = int(os.environ.get("FAULTS_REQUESTS", "3000"))
#: A pattern for each route, and addresses that are none.
PATHS = [
    *sorted({route.path for route in [*routes.ROUTES, *health.ROUTES]} - {"/openapi.json"}),
    "/",
    "/{job_id}",
    "//",
]
ALLOWED = {200, 202, 206, 400, 403, 404, 405, 409, 410, 413, 416, 422, 431}

text = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=30)
job_ids = st.one_of(
    st.sampled_from(["DONE", "0" * 32, "..", "%2e%2e%2f", "%00", "%ff", ".incoming-x", "DONE%0a"]),
    st.text(max_size=40).map(lambda found: quote(found, safe="")),
)
paths = st.builds(
    lambda path, job_id, query: path.replace("{job_id}", job_id) + query,
    st.sampled_from(PATHS),
    job_ids,
    st.sampled_from(["", "?", "?a=b", "/", "?" + "x" * 2000, ";a", "%2f"]),
)
methods = st.one_of(
    st.sampled_from(["GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH", "TRACE"]),
    st.text("ABCxyz-!", min_size=1, max_size=9),
)
numbers = st.one_of(st.integers(-9, 10**12).map(str), text)
names = ["Range", "If-Range", "Last-Event-ID", "If-None-Match", "Accept", "Accept-Encoding"]
names += ["Origin", "Access-Control-Request-Method", "X-Forwarded-For", "Authorization", "Cookie"]
ranges = st.lists(st.tuples(numbers, numbers).map("-".join), max_size=9).map(
    lambda found: "bytes=" + ",".join(found)
)
headers = st.dictionaries(st.sampled_from(names), st.one_of(text, numbers, ranges), max_size=5)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A gateway with a finished job, and one connection to it."""
    gateway = Gateway(tmp_path_factory.mktemp("routes") / "runs").start()
    job_id = gateway.submit()
    assert gateway.finish(job_id)["event"] == "done"
    with asyncio.Runner() as runner:
        yield gateway, job_id, Raw(gateway.port), runner
    gateway.stop()


@settings(
    max_examples=REQUESTS,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(methods, paths, headers, st.binary(max_size=50))
@example("GET", "/api/prepare/DONE/bundle", {"Range": "bytes=" + "0-1," * 3000}, b"")
@example("GET", "/api/prepare/DONE/events", {"Last-Event-ID": "9" * 5000}, b"")
def test_no_request_is_a_fault_of_the_server(served, method, path, headers, body):
    gateway, job_id, raw, runner = served
    lines = [f"{method} {path.replace('DONE', job_id)} HTTP/1.1", "Host: x"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode("latin-1")
    check(runner.run(raw.ask(head + body)), ALLOWED, repr(head))
    assert "Traceback" not in gateway.log.read_text()
