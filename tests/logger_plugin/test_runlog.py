"""The logger plugin: one JSON object per event, and never an exception."""

import json
import logging
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from snakemake_interface_logger_plugins.common import LogEvent

from gateway.runs import jsonl
from snakemake_logger_plugin_runlog import LogHandler, LogHandlerSettings

ANY = TypeAdapter(dict)


@pytest.fixture
def handler(tmp_path):
    return LogHandler(None, LogHandlerSettings(path=str(tmp_path / "jobs.jsonl")))


def record(**fields):
    return logging.makeLogRecord({"msg": "text", **fields})


def written(handler):
    with open(handler.settings.path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def test_events_are_written_with_their_fields(handler):
    handler.emit(record(event=LogEvent.JOB_INFO, rule_name="embed", jobid=3, log=["x.log"]))
    handler.emit(record(event=LogEvent.PROGRESS, done=1, total=7))
    handler.emit(record(event=LogEvent.JOB_ERROR, rule_name="embed", jobid=3))
    first, second, third = written(handler)
    assert (first["event"], first["rule"], first["jobs"]) == ("job_info", "embed", [3])
    assert (second["done"], second["total"]) == (1, 7)
    assert third["message"] == "text"


def test_other_records_are_left_out(handler):
    handler.emit(record())
    handler.emit(record(event=LogEvent.SHELLCMD))
    handler.emit(record(event=LogEvent.PROGRESS, done=1, total=2))
    assert len(written(handler)) == 1


@pytest.mark.parametrize("fields", [{"jobid": "no number"}, {"log": object()}, {"jobs": 5}])
def test_event_that_cannot_be_written_raises_nothing(handler, fields, capsys):
    handler.emit(record(event=LogEvent.JOB_INFO, rule_name="embed", **fields))
    assert capsys.readouterr() == ("", "")


def test_line_torn_by_a_killed_writer_hides_no_other(handler):
    with open(handler.settings.path, "w") as file:
        file.write('{"event": "job_in')
    jsonl.repair(Path(handler.settings.path))
    handler.emit(record(event=LogEvent.PROGRESS, done=1, total=2))
    assert [entry["done"] for entry in written(handler)] == [1]


def test_torn_line_in_the_middle_is_skipped(tmp_path):
    (tmp_path / "jobs.jsonl").write_text('{"a": 1}\n{"b": {"c": 2}\n{"d": 3}\n{"e')
    assert jsonl.Tail(tmp_path / "jobs.jsonl", ANY).read() == [{"a": 1}, {"d": 3}]


def test_replaced_file_is_read_from_its_start(tmp_path):
    path = tmp_path / "embed.progress.jsonl"
    path.write_text('{"done": 1}\n{"done": 2}\n')
    tail = jsonl.Tail(path, ANY)
    tail.read()
    path.write_text('{"done": 3}\n')
    assert tail.read() == [{"done": 3}]


def test_file_that_cannot_be_opened_raises_nothing(handler, capsys):
    handler.settings.path = "/nowhere/at/all.jsonl"
    handler.emit(record(event=LogEvent.PROGRESS, done=1, total=2))
    assert capsys.readouterr() == ("", "")
