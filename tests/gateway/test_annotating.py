"""Uploads whose annotations are fetched: all, or what there is and a word about the rest."""

import pytest
from protspace.data.io.bundle import read_bundle_contents

from tests.fakes.web import FakeWeb
from tests.support.gateway_process import fasta

GROUPS = "default,taxonomy,interpro,ted"


@pytest.fixture
def web():
    with FakeWeb() as running:
        yield running


@pytest.fixture
def annotating(start_gateway, web, tmp_path):
    """A gateway that reaches the faked services, with a home of its own."""
    (tmp_path / "home").mkdir()
    return start_gateway(HOME=str(tmp_path / "home"), **web.environment)


def upload(gateway, **fields) -> list[dict]:
    """All events of a run of 30 proteins that UniProt knows."""
    sequences = fasta(30).splitlines()[1::2]
    records = [f">sp|P{10000 + n}|X\n{sequence}\n" for n, sequence in enumerate(sequences)]
    job = gateway.submit("".join(records), **({"annotations": GROUPS} | fields))
    return list(gateway.events(job))


def annotations(gateway, events):
    content = gateway.bundle(events[-1]["data"]["job_id"]).content
    return read_bundle_contents(content, warn_legacy=False).annotations


@pytest.mark.slow
def test_a_complete_run_has_no_warning_and_all_columns(annotating):
    events = upload(annotating)
    assert events[-1]["event"] == "done" and events[-1]["data"]["warnings"] == []
    table = annotations(annotating, events)
    assert {"protein_families", "genus", "pfam", "ted_domains"} <= set(table.column_names)


def test_a_source_that_is_down_is_named_in_progress_and_at_the_end(annotating, web):
    web.interpro.fault = "down"
    events = upload(annotating)
    told = [it["data"]["missing_sources"] for it in events if "missing_sources" in it["data"]]
    assert told == [["InterPro"]]
    assert events[-1]["event"] == "done"
    assert any("InterPro: 30 of 30" in it for it in events[-1]["data"]["warnings"])
    assert "genus" in annotations(annotating, events).column_names


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "complete"),
    [("slow", True), ("flaky", True), ("garbage", False), ("offline", False)],
)
def test_run_with_faulty_services_gives_bundle_after_few_requests(annotating, web, fault, complete):
    web.offline = fault == "offline"
    for service in web.services.values():
        service.latency = 2 if fault == "slow" else 0
        service.fault = fault if fault in ("flaky", "garbage") else None
    events = upload(annotating, annotations=f"{GROUPS},sequence")
    # TED has a request for each protein; whatever the fault, few are repeated.
    assert all(service.requests <= 4 * 30 for service in web.services.values())
    assert events[-1]["event"] == "done"
    assert (events[-1]["data"]["warnings"] == []) == complete
    assert annotations(annotating, events).num_rows == 30
