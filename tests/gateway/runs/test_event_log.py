"""The event log: late, reconnecting and slow readers."""

import asyncio
import json

import psutil
import pytest

from gateway.progress.job_log import JobLog
from gateway.progress.stages import Stages
from gateway.runs.directory import Run
from gateway.runs.events import EventLog
from tests.support.gateway_process import fasta, halt

RULES = ["normalize", "embed", "annotate", "project", "bundle", "preview"]


DATA = {
    "queued": {"queue_position": 0, "running": 1},
    "progress": {"stage": "embedding", "elapsed": 1.5},
    "done": {"download_url": "/", "warnings": []},
    "error": {"message": "No.", "code": "INTERNAL"},
}


def append(log, name):
    log.append(name, {"job_id": "1", **DATA[name]})


def log_of(tmp_path, *names):
    log = EventLog(tmp_path / "events.jsonl")
    for name in names:
        append(log, name)
    return log


async def collect(log, after=0):
    return [event.id async for event in log.follow(after)]


def test_a_late_reader_gets_everything_once_and_in_order(tmp_path):
    async def read():
        log = log_of(tmp_path, "queued", "progress", "progress", "done")
        return await collect(log), await collect(log, after=2), await collect(log, after=9)

    assert asyncio.run(read()) == ([1, 2, 3, 4], [3, 4], [1, 2, 3, 4])


def test_readers_of_a_live_log_get_each_event_once(tmp_path):
    async def read():
        log = log_of(tmp_path, "queued")
        readers = [asyncio.create_task(collect(log, after)) for after in (0, 0, 1)]
        for name in ("progress", "progress", "done"):
            await asyncio.sleep(0)
            append(log, name)
        return await asyncio.gather(*readers)

    assert asyncio.run(read()) == [[1, 2, 3, 4], [1, 2, 3, 4], [2, 3, 4]]


def test_a_reader_racing_the_end_always_gets_it(tmp_path):
    async def race(folder):
        log = log_of(folder, "queued")
        reader = asyncio.create_task(collect(log))
        append(log, "done")
        return await reader

    for turn in range(20):
        folder = tmp_path / str(turn)
        folder.mkdir()
        assert asyncio.run(race(folder)) == [1, 2]


def test_nothing_comes_after_the_end(tmp_path):
    async def read():
        return await collect(log_of(tmp_path, "queued", "error", "progress", "done"))

    assert asyncio.run(read()) == [1, 2]


def test_a_log_goes_on_where_it_was_after_a_restart(tmp_path):
    async def read():
        log_of(tmp_path, "queued", "progress")
        log = log_of(tmp_path, "done")
        return await collect(log)

    assert asyncio.run(read()) == [1, 2, 3]


def test_closing_ends_readers_without_a_terminal_event(tmp_path):
    async def read():
        log = log_of(tmp_path, "queued")
        reader = asyncio.create_task(collect(log))
        await asyncio.sleep(0)
        log.close()
        return await reader

    assert asyncio.run(read()) == [1]


@pytest.fixture
def stages(tmp_path):
    (tmp_path / "jobs.jsonl").write_text("")

    def write(*rules, event="job_info"):
        with (tmp_path / "jobs.jsonl").open("a") as file:
            for rule in rules:
                entry = {"event": event, "time": 1.0, "rule": rule, "jobs": [RULES.index(rule)]}
                file.write(json.dumps(entry) + "\n")

    found, job_log = Stages(tmp_path), JobLog(Run(tmp_path))
    found.write, found.next = write, lambda: found.news(job_log.read())
    return found


def names(news):
    return [entry["stage"] for entry in news]


def test_stages_never_go_back(stages):
    stages.write("normalize", "embed")
    stages.write("embed", event="job_finished")
    stages.write("project", "annotate", "project", "bundle", "preview")
    order = ["normalizing", "embedding", "annotating", "projecting", "bundling"]
    assert names(stages.next()) == order
    stages.write("annotate", "project")
    assert stages.next() == []


def test_embedding_and_annotation_may_take_turns(stages, tmp_path):
    stages.write("annotate", "embed")
    assert names(stages.next()) == ["annotating", "embedding"]
    (tmp_path / "embed.x.progress.jsonl").write_text('{"done": 3, "total": 9}\n{"done": 5, "tot')
    assert [entry["done"] for entry in stages.next()] == [3]


def test_projecting_is_told_when_the_last_embedder_is_done(stages, tmp_path):
    stages.embedders = 2
    stages.write("embed", "embed", "project")
    (tmp_path / "embed.x.progress.jsonl").write_text('{"done": 9, "total": 9}\n')
    assert [(entry["stage"], entry.get("total")) for entry in stages.next()] == [
        ("embedding", None),
        ("embedding", 18),
    ]
    (tmp_path / "embed.y.progress.jsonl").write_text('{"done": 9, "total": 9}\n')
    assert names(stages.next()) == ["embedding", "projecting"]


def test_projecting_waits_for_embedding_where_both_are_announced_at_once(stages, tmp_path):
    stages.write("embed", "project")
    assert names(stages.next()) == ["embedding"]
    (tmp_path / "embed.x.progress.jsonl").write_text('{"done": 9, "total": 9}\n')
    assert names(stages.next()) == ["embedding", "projecting"]


def test_shards_of_two_embedders_count_together(stages, tmp_path):
    stages.embedders = 2
    for name in ("x.1-of-2", "x.2-of-2", "y.2-of-2"):
        (tmp_path / f"embed.{name}.progress.jsonl").write_text('{"done": 4, "total": 9}\n')
    assert [(entry["done"], entry["total"]) for entry in stages.next()] == [(12, 18)]


def test_stages_published_before_a_restart_are_not_published_again(tmp_path):
    published = [
        {"stage": "normalizing", "elapsed": 1.0},
        {"stage": "embedding", "elapsed": 7.5, "done": 5, "total": 9},
        {"stage": "embedding", "elapsed": 8.0, "missing_sources": ["UniProt"]},
    ]
    stages = Stages(tmp_path, published=published)
    (tmp_path / "jobs.jsonl").write_text(
        "".join(
            f'{{"event": "job_info", "time": 1.0, "rule": "{rule}"}}\n'
            for rule in ("normalize", "embed")
        )
    )
    (tmp_path / "embed.x.progress.jsonl").write_text('{"done": 4, "total": 9}\n')
    assert stages.news(JobLog(Run(tmp_path)).read()) == []
    with (tmp_path / "embed.x.progress.jsonl").open("a") as file:
        file.write('{"done": 6, "total": 9}\n')
    assert [(entry["done"], entry["elapsed"]) for entry in stages.news([])] == [(6, 8.0)]


def test_a_torn_event_is_cut_before_the_next_and_never_shown(tmp_path):
    log_of(tmp_path, "queued")
    with (tmp_path / "events.jsonl").open("a") as file:
        file.write('{"id": 2, "event": "prog')

    async def read():
        return await collect(log_of(tmp_path, "progress", "done"))

    assert asyncio.run(read()) == [1, 2, 3]


def test_a_half_written_line_waits_for_its_end(stages, tmp_path):
    with (tmp_path / "jobs.jsonl").open("a") as file:
        file.write('{"event": "job_info", "time": 1.0, "ru')
    assert stages.next() == []
    with (tmp_path / "jobs.jsonl").open("a") as file:
        file.write('le": "embed"}\n')
    assert names(stages.next()) == ["embedding"]


def test_a_reconnecting_reader_gets_just_what_it_missed(gateway, done):
    everything = list(gateway.events(done))
    for after in (0, 1, len(everything) - 1):
        assert list(gateway.events(done, after=after)) == everything[after:]


@pytest.mark.parametrize("last", ["x", "-1", "9" * 400, "1e3", "²", "999"])
def test_a_strange_last_event_id_counts_as_none(gateway, done, last):
    path, headers = f"/api/prepare/{done}/events", {"Last-Event-ID": last.encode()}
    with gateway.client.stream("GET", path, headers=headers) as answer:
        assert answer.status_code == 200
        assert next(answer.iter_lines()) == "id: 1"


@pytest.mark.slow
def test_a_cut_stream_loses_nothing(gateway):
    job_id = gateway.submit(fasta(20), methods="pca2,mds2")
    seen = []
    while not seen or seen[-1]["event"] not in ("done", "error"):
        after = int(seen[-1]["id"]) if seen else 0
        seen.append(next(gateway.events(job_id, after=after)))
    assert seen == list(gateway.events(job_id))


@pytest.mark.slow
def test_silence_is_broken_by_comments_and_the_stream_goes_on(start_gateway):
    gateway = start_gateway(PREP_MAX_CONCURRENT_JOBS="1")
    before = gateway.submit(fasta(20))
    halt(gateway, before)
    path = f"/api/prepare/{gateway.submit()}/events"
    with gateway.client.stream("GET", path, timeout=60) as answer:
        lines = answer.iter_lines()
        assert any(line.startswith(":") for line in lines)
        gateway.client.delete(f"/api/prepare/{before}")
        assert "event: done" in lines


@pytest.mark.slow
def test_polling_gives_the_same_stages_as_watching(start_gateway):
    gateway = start_gateway(PREP_FORCE_POLLING="true")
    events = list(gateway.events(gateway.submit(fasta(20))))
    stages = {event["data"].get("stage") for event in events}
    assert stages >= {"normalizing", "projecting", "bundling"}
    assert events[-1]["event"] == "done"


@pytest.mark.slow
def test_a_reader_that_reads_nothing_costs_little_and_gets_the_end(gateway, done):
    job_id = gateway.submit(fasta(20))
    memory, path = psutil.Process(gateway.process.pid).memory_info, f"/api/prepare/{job_id}/events"
    with gateway.client.stream("GET", path, timeout=60) as slow:
        before = memory().rss
        assert gateway.finish(job_id)["event"] == "done"
        assert memory().rss - before < 5_000_000
        events = [line for line in slow.iter_lines() if line.startswith("event:")]
    assert events[-1] == "event: done"
