"""A real gateway over a real socket, with real Snakemake runs."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil

from tests.support.ports import bound
from tests.support.waiting import PATIENCE_SECONDS, wait_until

ROOT = Path(__file__).resolve().parents[2]
RESIDUES = "ACDEFGHIKLMNPQRSTVWY"
#: A run that is long enough to be met in each stage.
SLOW = {"methods": "mds2,tsne2,pacmap2,localmap2,umap2"}
QUICK = {"methods": "pca2", "annotations": "sequence"}
_USUAL = {
    "PREP_RATE_LIMIT": "1000/minute",
    "PREP_REFUSED_RATE_LIMIT": "1000/minute",
    "PREP_CORES": "2",
    "PREP_EMBEDDER": "composition",
    "PREP_ANNOTATIONS": "header,sequence",
    # Without a faked UniProt, nothing may be asked of the real one.
    "PREP_ALLOWED_INPUTS": "file",
}


def fasta(count=20, length=40, seed=0) -> str:
    rng = random.Random(seed)
    return "".join(f">P{i}\n{''.join(rng.choices(RESIDUES, k=length))}\n" for i in range(count))


class Gateway:
    """One gateway process and a client of it."""

    command = (sys.executable, "-m", "gateway")

    def __init__(self, root: Path, **settings):
        self.root, self.folder, self._held = root, ROOT, bound()
        self.port = self._held.getsockname()[1]
        self.settings = _USUAL | {"PREP_JOB_ROOT": str(root)} | settings
        self.url = f"http://127.0.0.1:{self.port}"
        self.client = httpx.Client(base_url=self.url, timeout=PATIENCE_SECONDS)
        self.log = root.with_suffix(".log")

    def start(self) -> "Gateway":
        self.spawn()
        wait_until(self._answers_or_died)
        return self

    def _answers_or_died(self) -> bool:
        """Tell at once why a gateway did not start, such as a setting that is not allowed."""
        assert self.process.poll() is None, self.log.read_text()
        return self.answers()

    def spawn(self) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PREP_", "CORS_"))}
        with self.log.open("ab") as log, bound(self.port) as listener:
            self.process = subprocess.Popen(
                [*self.command, "--fd", str(listener.fileno())],
                env=kept | {"PYTHONPATH": str(ROOT)} | self.settings,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                pass_fds=[listener.fileno()],
            )

    def kill(self) -> None:
        """Without a chance to write anything down."""
        self.process.kill()
        self.process.wait()

    def answers(self) -> bool:
        with contextlib.suppress(httpx.TransportError):
            return self.client.get("/healthz").status_code == 200
        return False

    def end(self) -> None:
        """As a service manager does; its runs go on."""
        self.process.terminate()
        self.process.wait(PATIENCE_SECONDS)

    def close(self) -> None:
        """Give the port back."""
        self.client.close()
        self._held.close()

    def stop(self) -> None:
        """End the gateway for good, then the runs it left."""
        try:
            self.end()
        finally:
            self.kill()
            self.close()
            for process in processes_below(self.root):
                with contextlib.suppress(psutil.Error):
                    process.kill()

    def post(self, content=None, name="my proteins.fasta", headers=None, **fields):
        files = {"file": (name, fasta() if content is None else content)}
        return self.client.post("/api/prepare", files=files, data=fields, headers=headers)

    def submit(self, content=None, **fields) -> str:
        answer = self.post(content, **(QUICK | fields))
        assert answer.status_code == 202, answer.text
        return answer.json()["job_id"]

    def events(self, job_id: str, after: int | None = None) -> Iterator[dict]:
        """Events as they come: id, event, data."""
        for event in self.frames(job_id, after):
            del event["retry"]
            yield event

    def frames(self, job_id: str, after: int | None = None) -> Iterator[dict]:
        """Events with their `retry`, which is drawn anew for each reader."""
        headers = {} if after is None else {"Last-Event-ID": str(after)}
        path = f"/api/prepare/{job_id}/events"
        with self.client.stream("GET", path, headers=headers, timeout=PATIENCE_SECONDS) as answer:
            assert answer.status_code == 200, answer.read()
            yield from parse_events(answer.iter_lines())

    def wait_for(self, job_id: str, wanted) -> dict:
        """The first event for which `wanted` holds."""
        return next(event for event in self.events(job_id) if wanted(event))

    def finish(self, job_id: str) -> dict:
        return list(self.events(job_id))[-1]

    def bundle(self, job_id: str, **options):
        return self.client.get(f"/api/prepare/{job_id}/bundle", **options)

    def table(self, job_id: str, **options):
        return self.client.get(f"/api/prepare/{job_id}/table", **options)

    def html(self, job_id: str, **options):
        return self.client.get(f"/api/prepare/{job_id}/html", **options)

    def state(self, job_id: str) -> dict:
        return json.loads((self.root / job_id / "state.json").read_text())

    def health(self) -> dict:
        return self.client.get("/healthz").json()["jobs"]


def parse_events(lines) -> Iterator[dict]:
    event = {}
    for line in lines:
        if line and not line.startswith(":"):
            key, _, value = line.partition(": ")
            event[key] = value
        elif not line:
            # A frame without data is no event, but may say when to come back.
            if "data" in event:
                event["data"] = json.loads(event["data"])
                yield event
            event = {}


def processes_below(folder: Path) -> list[psutil.Process]:
    """Processes that work in a run directory."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.cwd().startswith(str(folder)) and process.status() != "zombie":
                found.append(process)
    return found


def halt(gateway, job_id) -> int:
    """Let a run stand still, however fast the machine is; return the number of its group."""
    folder = gateway.root / job_id
    wait_until(lambda: _stop_leader(folder), every=0.01)
    # One that is just being forked stops later; a SIGCONT that comes before would not reach it.
    wait_until(lambda: all(map(_stands_still, processes_below(folder))))
    wait_until(lambda: gateway.state(job_id)["pid"])
    return gateway.state(job_id)["pid"]


def _stop_leader(folder: Path) -> bool:
    """Stop a run by the leader of its group, which its state names only when the disk has it."""
    for process in processes_below(folder):
        with contextlib.suppress(ProcessLookupError):
            if os.getpgid(process.pid) == process.pid:
                os.killpg(process.pid, signal.SIGSTOP)
                return True
    return False


def _stands_still(process: psutil.Process) -> bool:
    try:
        return process.status() in (psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def step_of(gateway, job_id, name="project") -> psutil.Process:
    """A process that does a step of a run, once there is one."""
    found = []

    def look():
        for process in processes_below(gateway.root / job_id):
            with contextlib.suppress(psutil.Error):
                # A forked one has a name; who waits for it has its command line.
                if process.name() == name:
                    found.insert(0, process)
                elif process.cmdline()[1:4] == ["-m", "steps", name]:
                    found.append(process)
        return found

    wait_until(look, every=0.01)
    return found[0]
