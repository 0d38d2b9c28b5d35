"""The result as a table and as an HTML file: made when asked for, no download of the bundle."""

import json
import re
import sys
import threading

import pytest

from steps.report.export import write_table
from tests.support.gateway_process import Gateway, fasta
from tests.support.waiting import wait_until


def test_table_is_the_one_of_the_bundle(gateway, done, tmp_path):
    bundle = tmp_path / "x.parquetbundle"
    bundle.write_bytes(gateway.bundle(done).content)
    write_table(bundle, tmp_path / "x.tsv")
    answer = gateway.table(done)
    assert answer.content == (tmp_path / "x.tsv").read_bytes()
    assert answer.text.count("\n") == 31
    assert answer.headers["content-type"] == "text/tab-separated-values; charset=utf-8"


def test_table_is_named_after_the_upload(gateway):
    answer = gateway.post(fasta(20), name="α toxins.fasta", methods="pca2", annotations="sequence")
    job_id = answer.json()["job_id"]
    gateway.finish(job_id)
    disposition = gateway.table(job_id).headers["content-disposition"]
    assert disposition == (
        "attachment; filename=\"toxins.tsv\"; filename*=UTF-8''%CE%B1%20toxins.tsv"
    )


def test_table_is_served_in_parts(gateway, done):
    whole = gateway.table(done)
    part = gateway.table(done, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    refused = gateway.table(done, headers={"Range": "bytes=99999999-"})
    assert (refused.status_code, refused.json()["code"]) == (416, "BAD_RANGE")


def test_html_file_is_made_of_the_result_and_opens_nowhere_else(gateway, done):
    answer = gateway.html(done)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    # Whoever made a browser show it here would see nothing: its scripts may not run on this server.
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    found = json.loads(re.search(r'id="description">(.*?)</script>', answer.text)[1])
    assert (found["title"], found["proteins"]) == ("my proteins", 30)
    assert len(found["neighbours"]) == 1 and found["sequences"] is not None
    assert str(gateway.root) not in answer.text and gateway.html(done).content == answer.content


def test_html_file_says_what_was_noticed_without_a_path(gateway):
    job_id = gateway.submit(fasta(20) + ">empty\n")
    gateway.finish(job_id)
    path = gateway.root / job_id / "results/input/provenance.json"
    known = json.loads(path.read_text())
    assert known["warnings"]
    path.write_text(json.dumps(known | {"warnings": ["Not found: /var/lib/secret/models/x.pt"]}))
    text = gateway.html(job_id).text
    assert "Not found: x.pt" in text and "/var/lib/secret" not in text


@pytest.mark.slow
def test_other_forms_leave_the_one_download_of_the_bundle(start_gateway):
    gateway = start_gateway(PREP_DOWNLOAD_GRACE_SECONDS="0", PREP_SWEEP_INTERVAL_SECONDS="1")
    job_id = gateway.submit()
    gateway.finish(job_id)
    for ask in (gateway.table, gateway.html):
        assert [ask(job_id).status_code for _ in range(3)] == [200] * 3
    assert gateway.state(job_id)["delivered"] is None
    assert gateway.bundle(job_id).status_code == 200
    wait_until(lambda: gateway.table(job_id).status_code == 410)
    assert gateway.table(job_id).json()["code"] == gateway.html(job_id).json()["code"] == "EXPIRED"
    assert [path.name for path in (gateway.root / job_id).iterdir()] == ["state.json"]


def test_table_of_a_run_without_bundle_is_refused(gateway):
    job_id = gateway.submit(fasta(20))
    gateway.client.delete(f"/api/prepare/{job_id}")
    gateway.finish(job_id)
    answer = gateway.table(job_id)
    assert answer.status_code == 409 and answer.json()["code"] == "NOT_FINISHED"


def test_tables_asked_for_at_once_are_all_whole(gateway):
    job_id = gateway.submit()
    gateway.finish(job_id)
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(gateway.table(job_id).text)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and set(found) == {gateway.table(job_id).text}


#: A gateway that removes a run just as its table is written.
REMOVING = """import sys, gateway.http.exports, gateway.__main__
def write(run, path):
    run.strip()
    run.change(status="expired")
    path.parent.mkdir(parents=True)
    path.write_text("what must not stay")
gateway.http.exports._write = write
sys.exit(gateway.__main__.main())"""


@pytest.mark.slow
def test_table_of_a_run_that_is_removed_meanwhile_does_not_stay(tmp_path):
    gateway = Gateway(tmp_path / "removing")
    gateway.command = (sys.executable, "-c", REMOVING)
    gateway.start()
    try:
        job_id = gateway.submit()
        gateway.finish(job_id)
        assert gateway.table(job_id).json()["code"] == "EXPIRED"
        assert [path.name for path in (gateway.root / job_id).iterdir()] == ["state.json"]
    finally:
        gateway.stop()


@pytest.mark.slow
def test_disk_without_room_for_a_table_is_said(start_gateway):
    gateway = start_gateway()
    job_id = gateway.submit()
    gateway.finish(job_id)
    gateway.end()
    gateway.settings["PREP_MIN_FREE_BYTES"] = str(10**18)
    gateway.start()
    answer = gateway.table(job_id)
    assert (answer.status_code, answer.json()["code"]) == (507, "DISK_FULL")
    assert int(answer.headers["retry-after"]) >= 1
    assert gateway.bundle(job_id).status_code == 200
