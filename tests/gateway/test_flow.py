"""From upload to bundle, as the web app goes it."""

import json
import re
import threading

import pytest
from protspace.data.io.bundle import read_bundle_contents

from tests.support.gateway_process import ROOT, SLOW, fasta

EXAMPLE = (ROOT / "examples" / "families.fasta").read_text()
ORDER = ["normalizing", "embedding", "annotating", "projecting", "bundling"]


def test_an_upload_becomes_a_bundle(gateway):
    answer = gateway.post(EXAMPLE, name="families.fasta")
    assert answer.status_code == 202
    job_id = answer.json()["job_id"]
    assert re.fullmatch("[0-9a-f]{32}", job_id)
    events = list(gateway.events(job_id))
    assert events[0]["event"] == "queued" and events[-1]["event"] == "done"
    url = events[-1]["data"]["download_url"]
    assert url.startswith("/")
    got = gateway.client.get(url)
    assert got.headers["content-length"] == str(len(got.content))
    assert read_bundle_contents(got.content, warn_legacy=False).annotations.num_rows == 240


def test_stages_come_in_an_order_the_web_app_can_show(gateway):
    events = list(gateway.events(gateway.submit(EXAMPLE, methods="pca2,umap2")))
    stages = [event["data"]["stage"] for event in events if event["event"] == "progress"]
    assert set(stages) == set(ORDER)
    late = [stage for stage in stages if stage in ("projecting", "bundling")]
    assert stages[-len(late) :] == late == sorted(late, key=ORDER.index)


def test_embedding_counts_rise_to_the_whole(gateway, done):
    counts = [
        (event["data"]["done"], event["data"]["total"])
        for event in gateway.events(done)
        if event["data"].get("total")
    ]
    assert counts[-1] == (30, 30)
    assert counts == sorted(counts)


def test_ids_rise_by_one_and_who_is_cut_off_soon_comes_back(gateway, done):
    events = list(gateway.frames(done))
    assert [int(event["id"]) for event in events] == list(range(1, len(events) + 1))
    assert all(3000 <= int(event["retry"]) < 3100 for event in events)


def test_every_payload_names_the_job(gateway, done):
    assert all(event["data"]["job_id"] == done for event in gateway.events(done))


def test_the_stream_is_not_buffered_on_its_way(gateway, done):
    with gateway.client.stream("GET", f"/api/prepare/{done}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-cache, no-transform"
        assert answer.headers["x-accel-buffering"] == "no"


def test_the_status_of_a_run_can_be_asked(gateway, done):
    answer = gateway.client.get(f"/api/prepare/{done}").json()
    assert (answer["job_id"], answer["status"]) == (done, "done")
    assert answer["last_event"]["event"] == "done"


@pytest.mark.slow
def test_five_uploads_at_once_all_get_their_own_bundle(gateway):
    jobs = [gateway.submit(fasta(20 + i, seed=i)) for i in range(5)]
    ends = {}
    threads = [
        threading.Thread(target=lambda job=job: ends.update({job: gateway.finish(job)}))
        for job in jobs
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [ends[job]["event"] for job in jobs] == ["done"] * 5
    rows = [
        read_bundle_contents(gateway.bundle(job).content, warn_legacy=False).annotations.num_rows
        for job in jobs
    ]
    assert rows == [20, 21, 22, 23, 24]


@pytest.mark.slow
def test_the_run_sees_nothing_of_the_gateways_environment(start_gateway):
    gateway = start_gateway(PREP_API_TOKEN="secret-of-the-gateway")
    answer = gateway.post(
        fasta(400, 100), headers={"Authorization": "Bearer secret-of-the-gateway"}, **SLOW
    )
    job_id = answer.json()["job_id"]
    gateway.wait_for(job_id, lambda event: event["event"] == "progress")
    pid = gateway.state(job_id)["pid"]
    with open(f"/proc/{pid}/environ", encoding="utf-8") as file:
        assert "PREP_" not in file.read()
    assert gateway.finish(job_id)["event"] == "done"
    everything = [path for path in (gateway.root / job_id).rglob("*") if path.is_file()]
    assert all(b"secret-of-the" not in path.read_bytes() for path in everything)


def test_metrics_count_what_happened(gateway, done):
    text = gateway.client.get("/metrics").text
    assert re.search(r'gateway_uploads_total\{code="ACCEPTED"\} [1-9]', text)
    assert re.search(r'gateway_runs_total\{outcome="done"\} [1-9]', text)
    assert 'gateway_stage_seconds_count{step="embed"}' in text


@pytest.mark.slow
def test_log_lines_carry_the_job_and_can_be_json(start_gateway):
    gateway = start_gateway(PREP_LOG_JSON_FORMAT="true", PREP_NONSENSE="1")
    job_id = gateway.submit()
    gateway.finish(job_id)
    lines = [json.loads(line) for line in gateway.log.read_text().splitlines()]
    assert {line["event"] for line in lines if line.get("job_id") == job_id} >= {
        "upload_accepted",
        "run_finished",
    }
    assert any(line.get("name") == "PREP_NONSENSE" for line in lines)
