"""Pages of other sites, and other names of the server."""

import pytest

from tests.support.gateway_process import Gateway


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    settings = {"CORS_ALLOWED_ORIGIN": "https://a.example", "PREP_ALLOWED_HOSTS": "maps.example"}
    started = Gateway(tmp_path_factory.mktemp("origin") / "runs", **settings)
    yield started.start()
    started.stop()


FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "https://a.example.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
]
OURS = [
    {},
    {"Origin": "https://a.example", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://maps.example", "Host": "maps.example"},
    {"Origin": "https://maps.example:443", "Host": "MAPS.example"},
    {"Origin": "http://maps.example:8000", "Host": "maps.example:8000"},
    {"Sec-Fetch-Site": "same-origin"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_page_of_another_site_is_refused_without_work(gateway, headers):
    before = sorted(path.name for path in gateway.root.iterdir() if len(path.name) == 32)
    answer = gateway.post(headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "FOREIGN_ORIGIN")
    cancelled = gateway.client.delete(f"/api/prepare/{'0' * 32}", headers=headers)
    assert cancelled.status_code == 403
    assert gateway.client.get(f"/api/prepare/{'0' * 32}", headers=headers).status_code == 404
    assert sorted(path.name for path in gateway.root.iterdir() if len(path.name) == 32) == before


@pytest.mark.parametrize("headers", OURS, ids=str)
def test_own_page_allowed_page_and_programs_are_served(gateway, headers):
    # A file that is refused as such was looked at.
    assert gateway.post("no FASTA", headers=headers).json()["code"] == "MALFORMED_FASTA"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("maps.example", 200),
        ("localhost:8000", 200),
        ("[::1]:80", 200),
        ("evil.example", 421),
        ("", 421),
    ],
)
def test_server_answers_to_its_names_only(gateway, host, status):
    answer = gateway.client.get("/healthz", headers={"Host": host})
    assert answer.status_code == status
    assert status == 200 or answer.json()["code"] == "UNKNOWN_HOST"
