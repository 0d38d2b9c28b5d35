"""Shared by all steps: log, report, and errors without tracebacks."""

import errno
import json
import logging

import pytest

from steps import cli
from steps.errors import StepError


@pytest.fixture
def run(tmp_path):
    def run(work):
        options = cli.parser("demo", None)
        paths = {"log": tmp_path / "demo.log", "report": tmp_path / "demo.json"}
        argv = [text for name, path in paths.items() for text in (f"--{name}", str(path))]
        cli.run(options, work, argv)
        return json.loads(paths["report"].read_text())

    return run


def fail(error):
    def work(arguments, report):
        raise error

    return work


def test_report_has_counts_versions_and_warnings_of_libraries(run):
    def work(arguments, report):
        report.counts["proteins"] = 3
        report.packages = ("numpy",)
        logging.getLogger("any.library").warning("from a library")

    report = run(work)
    assert report["counts"] == {"proteins": 3}
    assert set(report["versions"]) == {"numpy"}
    assert report["warnings"] == ["from a library"]
    assert report["seconds"] >= 0


def test_warning_for_the_operator_is_in_the_log_and_not_in_the_report(run, tmp_path, capsys):
    def work(arguments, report):
        logging.getLogger("steps").warning("in /a/place", extra=cli.FOR_OPERATOR)

    assert run(work)["warnings"] == []
    assert "in /a/place" in (tmp_path / "demo.log").read_text()
    assert "in /a/place" in capsys.readouterr().err


def test_step_error_writes_code_and_message_beside_the_log(run, tmp_path, capsys):
    with pytest.raises(SystemExit) as caught:
        run(fail(StepError("SOME_CODE", "Do this.")))
    assert caught.value.code == 1
    expected = {"code": "SOME_CODE", "message": "Do this."}
    assert json.loads((tmp_path / "demo.error.json").read_text()) == expected
    assert capsys.readouterr().err == "demo: SOME_CODE: Do this.\n"
    assert not (tmp_path / "demo.json").exists()


def test_unexpected_error_keeps_its_traceback_in_the_log(run, tmp_path, capsys):
    with pytest.raises(SystemExit):
        run(fail(ZeroDivisionError("secret")))
    shown = capsys.readouterr().err
    assert "Traceback" not in shown and "secret" not in shown
    assert "INTERNAL" in shown and str(tmp_path / "demo.log") in shown
    assert "secret" in (tmp_path / "demo.log").read_text()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoryError(), "OUT_OF_MEMORY"),
        (OSError(errno.ENOSPC, "full"), "DISK_FULL"),
        (OSError(errno.EDQUOT, "quota"), "DISK_FULL"),
        (OSError(errno.EFBIG, "large"), "OUTPUT_TOO_LARGE"),
        (OSError(errno.EACCES, "denied"), "INTERNAL"),
    ],
)
def test_exhausted_resource_has_its_code(run, tmp_path, error, code):
    with pytest.raises(SystemExit):
        run(fail(error))
    told = json.loads((tmp_path / "demo.error.json").read_text())
    assert told["code"] == code and told["message"].count(".") >= 2


def test_full_disk_behind_another_error_has_its_code(run, tmp_path):
    def work(arguments, report):
        try:
            raise OSError(errno.ENOSPC, "full")
        except OSError as error:
            raise StepError("BUNDLE_INVALID", "It cannot be written.") from error

    with pytest.raises(SystemExit):
        run(work)
    assert json.loads((tmp_path / "demo.error.json").read_text())["code"] == "DISK_FULL"


def test_error_that_cannot_be_written_is_still_logged(run, tmp_path, capsys):
    def work(arguments, report):
        # Nothing can be renamed to a folder that is not empty.
        (tmp_path / "demo.error.json" / "x").mkdir(parents=True)
        raise StepError("SOME_CODE", "Do this.")

    with pytest.raises(SystemExit):
        run(work)
    shown = capsys.readouterr().err
    assert "cannot be written" in shown and "SOME_CODE: Do this." in shown


def test_success_removes_an_earlier_error(run, tmp_path):
    with pytest.raises(SystemExit):
        run(fail(StepError("SOME_CODE", "Do this.")))
    run(lambda arguments, report: None)
    assert not (tmp_path / "demo.error.json").exists()


def test_step_that_logs_to_its_file_writes_warnings_into_one_of_their_own(
    run, tmp_path, capsys, monkeypatch
):
    def work(arguments, report):
        cli.log.info("of little use")
        cli.log.warning("for all")
        cli.log.warning("for one", extra=cli.FOR_OPERATOR)

    monkeypatch.setenv(cli.LOG_TO, "file")
    run(work)
    assert capsys.readouterr().err == ""
    assert (tmp_path / "demo.warnings").read_text() == "for all\nfor one\n"
    run(lambda arguments, report: None)
    assert not (tmp_path / "demo.warnings").exists()


def test_interrupt_ends_a_step_without_a_traceback(run, capsys):
    with pytest.raises(SystemExit) as ended:
        run(fail(KeyboardInterrupt()))
    assert ended.value.code == 130 and capsys.readouterr().err == ""
