"""Run directories: the only truth about runs.

<root>/<id>/request.json   what was asked: time, sizes, choices
            state.json     what became of it; replaced as a whole
            events.jsonl   what was told to clients (gateway.runs.events)
            jobs.jsonl     Snakemake's job log (our logger plugin)
            config.yaml input.fasta results/ logs/   the run itself
            .scratch/      temporary files and caches of its processes
"""

import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from gateway.runs import disk
from gateway.runs.state import State
from steps.files import replacing

#: The data set of a run; user-supplied names never reach a path.
DATASET = "input"
_ID = re.compile(r"[0-9a-f]{32}")


class Run:
    """One run directory."""

    def __init__(self, path: Path):
        self.path, self.id = path, path.name

    def __repr__(self) -> str:
        return f"Run({self.id})"

    @property
    def bundle(self) -> Path:
        return self.path / "results" / DATASET / f"{DATASET}.parquetbundle"

    @property
    def provenance(self) -> Path:
        return self.path / "results" / DATASET / "provenance.json"

    @property
    def logs(self) -> Path:
        return self.path / "logs" / DATASET

    @property
    def state(self) -> State:
        return State.of(json.loads((self.path / "state.json").read_text()))

    def read_state(self) -> State | None:
        """The state, or nothing where it cannot be read."""
        try:
            return self.state
        except (OSError, ValueError):
            return None

    def change(self, **values) -> State:
        """Set fields of the state, durably."""
        state = State.of(asdict(self.state) | values)
        _write_durably(self.path / "state.json", asdict(state))
        return state

    @property
    def scratch(self) -> Path:
        return self.path / ".scratch"

    @property
    def cluster_logs(self) -> Path:
        """Logs of the jobs that Snakemake sends to SLURM; made before it sends the first."""
        return self.path / ".snakemake" / "slurm_logs"

    @property
    def request(self) -> dict:
        return json.loads((self.path / "request.json").read_text())

    @property
    def embedders(self) -> int:
        """How many embedders it was asked for; one where that is not known any more."""
        try:
            return self.request["embedders"]
        except (OSError, ValueError, KeyError):
            return 1

    def read_provenance(self) -> dict:
        """provenance.json, or nothing where the run did not get that far."""
        if not self.provenance.is_file():
            return {}
        return json.loads(self.provenance.read_text(encoding="utf-8"))

    def shed(self) -> None:
        """Give back the disk space of a run that has failed; its logs stay."""
        for path in (self.path / "results", self.scratch, self.path / ".snakemake"):
            shutil.rmtree(path, ignore_errors=True)

    def strip(self) -> None:
        """Remove all that came from the user or was made of it; what became of the run stays."""
        for path in self.path.iterdir():
            if path.name != "state.json":
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


class Runs:
    """All run directories below one root."""

    def __init__(self, root: Path):
        self.root = root.resolve()
        self.root.mkdir(parents=True, exist_ok=True)

    def stage(self) -> Run:
        """A new run directory that is not listed until `admit`."""
        path = self.root / f".incoming-{secrets.token_hex(16)}"
        path.mkdir(mode=0o700)
        return Run(path)

    def admit(self, staged: Run, request: dict) -> Run:
        """Give a staged directory its id; from here on it exists whatever happens."""
        (staged.path / "logs" / DATASET).mkdir(parents=True)
        _write_durably(staged.path / "request.json", request)
        _write_durably(staged.path / "state.json", asdict(State(submitted=time.time())))
        run = Run(self.root / staged.id.removeprefix(".incoming-"))
        os.replace(staged.path, run.path)
        try:
            _sync_folder(self.root)
        except OSError:
            # Nobody will be told its id, so it must not run at the next start.
            run.remove()
            raise
        return run

    def get(self, run_id: str) -> Run | None:
        """The run with this id; `None` where there is none or the id is malformed."""
        if not is_id(run_id) or not (self.root / run_id / "state.json").is_file():
            return None
        return Run(self.root / run_id)

    def __iter__(self) -> Iterator[Run]:
        names = sorted(name for name in os.listdir(self.root) if is_id(name))
        return (run for name in names if (run := self.get(name)))


def is_id(text: str) -> bool:
    return bool(_ID.fullmatch(text))


def _write_durably(path: Path, value: dict) -> None:
    def write() -> None:
        with replacing(path) as staged, staged.open("w", encoding="utf-8") as file:
            json.dump(value, file)
            file.flush()
            os.fsync(file.fileno())

    disk.insist(path.parent.parent, write)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
