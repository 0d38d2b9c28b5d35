"""Run directories: the only truth about runs.

<root>/<id>/request.json   what was asked: time, sizes, choices
            state.json     what became of it; replaced as a whole
            events.jsonl   what clients get (gateway.runs.events)
            jobs.jsonl     Snakemake's job log (gateway.progress.job_log)
            config.yaml input.fasta results/ logs/   the run itself
            own.csv styles.json      the user's table of annotations and styles, if any
            .scratch/      temporary files and caches of its processes
"""

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import structlog

from gateway.runs import clock, disk
from gateway.runs.provenance import Provenance
from gateway.runs.request import Request
from gateway.runs.state import State
from gateway.runs.stored import Stored
from steps.files import replacing

log = structlog.get_logger()

#: The data set of a run; user-supplied names never reach a path.
DATASET = "input"
_ID = re.compile(r"[0-9a-f]{32}")


class Run:
    """One run directory."""

    def __init__(self, path: Path) -> None:
        self.path, self.id = path, path.name

    def __repr__(self) -> str:
        return f"Run({self.id})"

    @property
    def bundle(self) -> Path:
        """The result."""
        return self.path / "results" / DATASET / f"{DATASET}.parquetbundle"

    def export(self, suffix: str) -> Path:
        """Return where another form of the result is, once somebody has asked for it."""
        return self.bundle.with_suffix(suffix)

    @property
    def neighbours(self) -> list[Path]:
        """The nearest proteins in each embedding."""
        return sorted((self.bundle.parent / "neighbours").glob("*.parquet"))

    @property
    def sequences(self) -> Path:
        """Identifiers and sequences as the run has read them."""
        return self.bundle.parent / "sequences.parquet"

    @property
    def provenance(self) -> Path:
        """How the result was made."""
        return self.path / "results" / DATASET / "provenance.json"

    @property
    def job_log(self) -> Path:
        """Snakemake's job log, which `gateway.progress.job_log` reads."""
        return self.path / "jobs.jsonl"

    @property
    def logs(self) -> Path:
        """Folder of the logs, errors and progress of the steps."""
        return self.path / "logs" / DATASET

    @property
    def state(self) -> State:
        """The present state, read anew each time.

        Raises:
            OSError, ValueError: it cannot be read.
        """
        return State.read(self.path / "state.json")

    def read_state(self) -> State | None:
        """Return the state, or `None` where it cannot be read."""
        try:
            return self.state
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            log.error("state_unreadable", job_id=self.id, error=str(error)[:500])
            return None

    def now(self) -> float:
        """Return the present time, as the times of a state are written: seconds since 1970."""
        return clock.now(self.path.parent)

    def change(self, **values: object) -> State:
        """Set fields of the state, durably.

        Raises:
            OSError, ValueError: it cannot be written, or the present one cannot be read.
        """
        state = self.state.with_changed(**values)
        _write_durably(self.path / "state.json", state)
        return state

    @property
    def scratch(self) -> Path:
        """Folder of temporary files and caches of the run's processes."""
        return self.path / ".scratch"

    @property
    def cluster_logs(self) -> Path:
        """Logs of the jobs that Snakemake sends to SLURM; made before it sends the first."""
        return self.path / ".snakemake" / "slurm_logs"

    @property
    def request(self) -> Request:
        """The request of the upload.

        Raises:
            OSError, ValueError: it cannot be read.
        """
        return Request.read(self.path / "request.json")

    @property
    def embedders(self) -> int:
        """How many embedders it was asked for; one where that is not known any more."""
        try:
            return self.request.embedders
        except (OSError, ValueError):
            return 1

    @property
    def base_map(self) -> str | None:
        """The name of the map that it joins, if it joins one and that is still known."""
        try:
            return self.request.base_map
        except (OSError, ValueError):
            return None

    def read_provenance(self) -> Provenance:
        """Return provenance.json; an empty one where the run did not get that far.

        Raises:
            OSError, ValueError: it cannot be read.
        """
        found = self.provenance.is_file()
        return Provenance.read(self.provenance) if found else Provenance()

    def tidy(self) -> None:
        """Remove what only a run in progress needs; its results and logs stay."""
        for path in (self.scratch, self.path / ".snakemake", self.path / "benchmarks"):
            shutil.rmtree(path, ignore_errors=True)

    def shed(self) -> None:
        """Free the disk space of a run that has failed; its logs stay."""
        self.tidy()
        shutil.rmtree(self.path / "results", ignore_errors=True)

    def strip(self) -> None:
        """Remove all but the state: what came from the user, and what was made of it."""
        for path in self.path.iterdir():
            if path.name != "state.json":
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove the directory."""
        shutil.rmtree(self.path, ignore_errors=True)


class Runs:
    """All run directories below one root."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.root.mkdir(parents=True, exist_ok=True)

    def stage(self) -> Run:
        """Return a new run directory that is not listed until `admit`."""
        path = self.root / f".incoming-{secrets.token_hex(16)}"
        path.mkdir(mode=0o700)
        return Run(path)

    def admit(self, staged: Run, request: Request) -> Run:
        """Give a staged directory its id, durably.

        Raises:
            OSError: it cannot be written; there is no such run then.
        """
        (staged.path / "logs" / DATASET).mkdir(parents=True)
        _write_durably(staged.path / "request.json", request)
        state = State(submitted=staged.now(), keep=request.keep)
        _write_durably(staged.path / "state.json", state)
        run = Run(self.root / staged.id.removeprefix(".incoming-"))
        os.replace(staged.path, run.path)
        try:
            _sync_folder(self.root)
        except OSError:
            # Nobody gets its id, so it must not run at the next start.
            run.remove()
            raise
        return run

    def get(self, run_id: str) -> Run | None:
        """Return the run with this id; `None` where there is none or the id is malformed."""
        if not is_id(run_id) or not (self.root / run_id / "state.json").is_file():
            return None
        return Run(self.root / run_id)

    def __iter__(self) -> Iterator[Run]:
        names = sorted(name for name in os.listdir(self.root) if is_id(name))
        return (run for name in names if (run := self.get(name)))


def is_id(text: str) -> bool:
    """Return whether a text has the form of a run id."""
    return bool(_ID.fullmatch(text))


def _write_durably(path: Path, value: Stored) -> None:
    def write() -> None:
        with replacing(path) as staged, staged.open("w", encoding="utf-8") as file:
            file.write(value.model_dump_json())
            file.flush()
            os.fsync(file.fileno())

    disk.insist(path.parent.parent, write)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
