"""The end of a run: warnings once, with the command that mends them, and errors as sentences."""

import json
import logging

import pytest

from terminal.board import Job
from terminal.ending import Ending

GIVEN = ["snakemake", "--directory", "my run"]
LOST = "No TED annotations for {} of 9 proteins (down). Rerun with `--forcerun annotate`."


@pytest.fixture
def ending(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", GIVEN)
    return Ending()


def finished(folder, name, *warnings):
    """A data set with a bundle, and warnings of annotate."""
    reports = folder / "results" / name / "reports"
    reports.mkdir(parents=True)
    counts = {"sequences": 9, "j_residues": 0}
    for step, said in {"normalize": [], "annotate": warnings}.items():
        report = {"step": step, "counts": counts, "parameters": {}, "warnings": said}
        (reports / f"{step}.json").write_text(json.dumps(report))
    (reports.parent / f"{name}.parquetbundle").write_text("")


def said(ending, quiet=False):
    return "\n".join(text for text, _ in ending.lines(True, quiet))


def test_warning_has_the_command_that_fetches_what_is_missing(ending, tmp_path):
    finished(tmp_path, "x", LOST.format(3))
    ending.datasets = ["x"]
    assert (
        "Warning: No TED annotations for 3 of 9 proteins (down). "
        "To fetch them: snakemake --directory 'my run' --forcerun annotate"
    ) in said(ending)


def test_warnings_that_differ_by_numbers_are_said_once(ending, tmp_path):
    ending.datasets = [f"set{number}" for number in range(5)]
    for number, name in enumerate(ending.datasets):
        finished(tmp_path, name, LOST.format(number))
    text = said(ending)
    assert text.count("No TED") == 1 and "set0: No TED annotations for 0" in text
    assert "(and 4 data sets more)" in text and "5 data sets" in text
    assert f"  set4  9 proteins  {tmp_path}/results/set4/set4.parquetbundle" in text


@pytest.mark.parametrize(
    ("again", "told"),
    [
        ({}, "2 joined 7 on the map"),
        ({"median": 0.01}, "2 joined 7 on the map; old ones placed again land 0.01 spreads off"),
        (
            {"median": 0.01, "labels": {"annotation": "family", "placed": 0.81, "on_map": 0.82}},
            "placed again, 81% of the nearest have their family (where they are: 82%)",
        ),
    ],
)
def test_grown_map_says_how_many_joined_and_how_well_they_are_placed(ending, tmp_path, again, told):
    finished(tmp_path, "x")
    reports = {"normalize": {"sequences": 9, "old": 7, "new": 2}, "project": {"proteins": 9}}
    for step, counts in reports.items():
        report = {"step": step, "counts": counts, "parameters": {"placed_again": again}}
        (tmp_path / f"results/x/reports/{step}.json").write_text(json.dumps(report))
    ending.datasets = ["x"]
    assert told in said(ending)


def test_quiet_run_still_warns(ending, tmp_path):
    finished(tmp_path, "x", "Something is odd.")
    ending.datasets = ["x"]
    assert said(ending, quiet=True) == "\nWarning: Something is odd."


def test_job_that_left_no_message_shows_the_end_of_its_log(ending, tmp_path):
    (tmp_path / "a.log").write_text("\n".join(f"line {number}" for number in range(9)))
    ending.failed = [Job("embed", "Embedding", "x", "Embedding x", tmp_path / "a.log")]
    text = said(ending)
    assert "perhaps killed" in text and "line 8" in text and "line 3" not in text
    assert "To go on from here: snakemake --directory 'my run'" in text


def test_errors_lose_what_snakemake_puts_around_them(ending):
    for message in (
        'WorkflowError in file "/a/Snakefile", line 3:\nNo such key.\n  File "/a", line 3, in <m>',
        "LockException:\nError: Directory cannot be locked.",
    ):
        ending.errors.append(logging.makeLogRecord({"msg": message}))
    assert said(ending) == "No such key.\nError: Directory cannot be locked."


def test_warning_that_is_in_no_report_is_said_too(ending, tmp_path):
    finished(tmp_path, "x", "Something is odd.")
    ending.datasets = ["x"]
    (tmp_path / "preview.warnings").write_text("Something is odd.\nThe cache was damaged.\n")
    ending.jobs = [Job("preview", "Drawing", "x", "Drawing x", tmp_path / "preview.log")]
    text = said(ending)
    assert text.count("Warning: Something is odd.") == 1
    assert text.count("Warning: The cache was damaged.") == 1
