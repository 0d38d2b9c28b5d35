"""The end of a run: what there is of each data set, or why it stopped and the command to go on."""

import json
import logging
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from steps.cli import warnings_file
from terminal.board import Job
from terminal.summary import Summary, with_command

#: Above so many data sets, each is a line.
_IN_FULL = 3
#: Lines of a log that are shown where a job said nothing of itself.
_LAST_LINES = 5
#: Errors of Snakemake that only say that a job has failed, which is said by the job itself.
_ECHOES = ("CalledProcessError", "At least one job did not complete", "Exiting because a job")
#: What Snakemake puts around the message of an error: its kind and place, and where it came from.
_KIND = re.compile(r"^(WorkflowError|LockException|CliException)( in [^\n]*)?:\n")
_ORIGIN = re.compile(r'\n  File "[^\n]*')

Line = tuple[str, str]


class Ending:
    """What is known at the end of a run; `lines` says it, each line with its style."""

    def __init__(self) -> None:
        self.datasets: list[str] = []
        self.errors: list[logging.LogRecord] = []
        self.jobs: list[Job] = []
        self.failed: list[Job] = []
        self.stopped = False
        self._results = Path.cwd() / "results"

    def lines(self, runs: bool, quiet: bool) -> Iterator[Line]:
        """Return the lines of the end; where nothing was run, only errors.

        Args:
            runs: whether jobs could run.
            quiet: leave out all but warnings and errors.
        """
        summaries = [Summary(self._results / name) for name in self.datasets] if runs else []
        failed = {job.dataset for job in self.failed}
        whole = [each for each in summaries if each.bundle.is_file() and each.name not in failed]
        if not quiet and not self.stopped and (not self.errors or len(summaries) > 1):
            yield from _in_full(whole) if len(whole) <= _IN_FULL else _in_short(whole)
        yield from _warnings([each for each in summaries if each.proteins is not None], self.jobs)
        yield from self._faults()

    def _faults(self) -> Iterator[Line]:
        for job in self.failed:
            yield "", ""
            yield f"{job.title}: {_fault(job)}", "red"
            for path in filter(None, [job.log, job.cluster_log]):
                yield f"  log  {path}", ""
        for text in self._messages():
            yield text, "red"
        if self.stopped:
            yield "", ""
            yield "Stopped. What is finished is kept.", ""
        if self.failed or self.stopped:
            yield "", ""
            yield f"To go on from here: {command()}", ""

    def _messages(self) -> list[str]:
        """Return the messages of other errors than failed jobs, each once."""
        texts = dict.fromkeys(_plain(record.getMessage()) for record in self.errors)
        echoes = _ECHOES if self.failed or self.stopped else ()
        return [text for text in texts if text and not any(each in text for each in echoes)]


def command() -> str:
    """Return the command of this run, as it was given."""
    program, *arguments = sys.argv
    name = Path(program).name
    if shutil.which(name) != program:
        name = program
        with suppress(ValueError):
            # Snakemake works in another folder than that in which the command was given.
            name = str(Path(program).relative_to(os.environ.get("PWD", "/")))
    return shlex.join([name, *arguments])


def _plain(message: str) -> str:
    """Return what an error says, without its kind and where in the Snakefile it was raised."""
    plain = _KIND.sub("", message)
    return (_ORIGIN.sub("", plain) if plain != message else message).strip()


def _fault(job: Job) -> str:
    """Return code and sentence that a failed step left, else what else is known of its end."""
    if job.log is None:
        return job.message or "it failed."
    with suppress(OSError, ValueError, KeyError):
        found = json.loads(job.log.with_suffix(".error.json").read_text(encoding="utf-8"))
        return f"{found['code']}: {found['message']}"
    if job.message:
        return job.message
    with suppress(OSError):
        text = job.log.read_text(encoding="utf-8", errors="replace").strip()
        last = "\n".join(text.splitlines()[-_LAST_LINES:])
        return f"it ended without a message, perhaps killed or out of memory.\n{last}".strip()
    return "it did not begin."


def _in_full(summaries: list[Summary]) -> Iterator[Line]:
    for each in summaries:
        yield "", ""
        proteins = f": {each.proteins:,} proteins" if each.proteins is not None else ""
        yield f"{each.name}{proteins}", "bold"
        facts = [("changed", "; ".join(each.changed)), ("grown", each.grown)]
        facts.append(("quality", each.quality))
        for name, text in [*facts, *each.places]:
            if text:
                yield f"  {name:<9} {text}", ""


def _in_short(summaries: list[Summary]) -> Iterator[Line]:
    yield "", ""
    yield f"{len(summaries):,} data sets", "bold"
    for each in summaries:
        proteins = f"{each.proteins:,} proteins" if each.proteins is not None else ""
        # The map, or else the bundle.
        facts = [each.name, proteins, *each.changed, each.grown, each.quality]
        facts.append(each.places[0][1])
        yield "  " + "  ".join(filter(None, facts)), ""


def _warnings(summaries: list[Summary], jobs: list[Job]) -> Iterator[Line]:
    """Return the warnings; of those that differ by numbers alone, the first and how many more."""
    given, kinds = command(), dict[str, list[tuple[str, str]]]()
    said = [(each.name, text) for each in summaries for text in each.warnings]
    said += [(job.dataset, text) for job in jobs for text in _in_log(job)]
    for name, text in dict.fromkeys(said):
        kinds.setdefault(re.sub(r"\d+", "0", text), []).append((name, with_command(text, given)))
    if kinds:
        yield "", ""
    for found in kinds.values():
        name, text = found[0]
        others = f" (and {len(found) - 1} data sets more)" if len(found) > 1 else ""
        named = f"{name}: " if len(summaries) > 1 else ""
        yield f"Warning: {named}{text}{others}", "yellow"


def _in_log(job: Job) -> list[str]:
    """Return the warnings that a step wrote beside its log: those that are in no report, too."""
    with suppress(OSError):
        if job.log:
            return warnings_file(job.log).read_text(encoding="utf-8").splitlines()
    return []
