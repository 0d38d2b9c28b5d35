"""Rows of stages and data sets follow the events of Snakemake and the files of steps."""

import json
import logging
import os

import pytest
from snakemake_interface_logger_plugins.common import LogEvent

from terminal.board import Board
from terminal.history import History
from terminal.rows import dataset_rows, duration, stage_rows


@pytest.fixture
def board(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "logs/x").mkdir(parents=True)
    return Board()


@pytest.fixture
def history(tmp_path):
    return History(tmp_path / "history.json")


def note(board, event, **fields):
    return board.note(logging.makeLogRecord({"msg": "", "event": event, **fields}))


def announce(board, number, rule, dataset="x"):
    return note(
        board,
        LogEvent.JOB_INFO,
        jobid=number,
        rule_name=rule,
        rule_msg=f"{rule} {dataset}",
        wildcards={"dataset": dataset},
        log=[f"logs/{dataset}/{rule}.log"],
    )


def fail(board, number, message="", logs=()):
    note(board, LogEvent.JOB_ERROR, jobid=number, rule_msg=message, log=["a.log", *logs])


def begin(folder, rule, counts=None):
    (folder / f"logs/x/{rule}.log").write_text("")
    if counts:
        done, total = counts
        text = json.dumps({"done": done, "total": total})
        (folder / f"logs/x/{rule}.progress.jsonl").write_text(f'{{"done": 0}}\n{text}\n{{"do')


def test_job_waits_until_its_step_begins_a_log(board, history, tmp_path):
    begin(tmp_path, "embed")
    os.utime(tmp_path / "logs/x/embed.log", (1, 1))
    job = announce(board, 1, "embed")
    assert [each.state for each in board.jobs] == ["pending"]
    begin(tmp_path, "embed")
    assert [each.state for each in board.jobs] == ["running"]
    assert note(board, LogEvent.JOB_FINISHED, job_id=1) is job and job.state == "done"


def test_single_job_is_counted_in_proteins(board, history, tmp_path):
    note(board, LogEvent.RUN_INFO, stats={"embed": 1, "all": 1, "total": 2})
    announce(board, 1, "embed")
    begin(tmp_path, "embed", (30, 120))
    (row,) = stage_rows(board, history)
    assert (row.name, row.fraction, row.amount) == ("Embedding", 0.25, "30 of 120 proteins")
    assert row.left is not None and row.state == "running"


def test_many_jobs_are_counted_by_their_states(board, history, tmp_path, monkeypatch):
    monkeypatch.setattr("terminal.rows._BRIEF", -1)
    note(board, LogEvent.RUN_INFO, stats={"embed": 9, "total": 9})
    for number in range(3):
        announce(board, number, "embed")
    note(board, LogEvent.JOB_FINISHED, job_id=0)
    (row,) = stage_rows(board, history)
    assert row.amount == "1 of 9 jobs (0 running, 2 waiting)"


def test_time_left_counts_jobs_that_have_not_begun(board, history, tmp_path):
    note(board, LogEvent.RUN_INFO, stats={"embed": 9, "total": 9})
    first = announce(board, 1, "embed", "y")
    note(board, LogEvent.JOB_FINISHED, job_id=1)
    first.seconds = 1000.0
    announce(board, 2, "embed")
    begin(tmp_path, "embed", (1, 2))
    (row,) = stage_rows(board, history)
    assert row.left == pytest.approx(7000, abs=500)


def test_failed_job_that_is_tried_again_has_not_failed(board):
    announce(board, 1, "project")
    fail(board, 1, "SLURM status is: 'TIMEOUT'.", ["slurm.log"])
    (job,) = board.failed
    assert (job.message, job.cluster_log) == ("SLURM status is: 'TIMEOUT'.", "slurm.log")
    announce(board, 1, "project")
    note(board, LogEvent.JOB_FINISHED, job_id=1)
    assert board.failed == []


def test_data_sets_have_a_row_each_with_what_they_are_at(board, history, tmp_path):
    announce(board, 1, "embed")
    begin(tmp_path, "embed", (7, 9))
    announce(board, 2, "normalize", "y")
    rows = dataset_rows(board, ["x", "y", "z"], history)
    assert [(row.name, row.amount) for row in rows] == [
        ("x", "Embedding 7 of 9"),
        ("y", "Reading (waits)"),
    ]


def test_history_tells_seconds_by_the_most_similar_size(history, tmp_path):
    history.add("project", 100, 2.0)
    history.add("project", 1000, 8.0)
    history.save()
    again = History(tmp_path / "history.json")
    assert again.expected("project", 1100) == pytest.approx(8.8)
    assert again.expected("project", 50) == 2.0
    assert again.expected("project", 1_000_000) is None
    assert again.expected("embed", 100) is None


@pytest.mark.parametrize("text", ["", "[]", '{"project": 1}', '{"project": [["a"]]}'])
def test_damaged_history_is_none(tmp_path, text):
    (tmp_path / "history.json").write_text(text)
    assert History(tmp_path / "history.json").expected("project", 10) is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.44, "0.4 s"), (9.97, "10 s"), (89, "89 s"), (150, "2 min"), (7500, "2 h 5 min")],
)
def test_duration_is_short(seconds, text):
    assert duration(seconds) == text
