"""Measure what is left of the time of a run: its critical path in rows, each with its floor."""

import json
import subprocess
import sys
import time

from measure import ROOT

sys.path.insert(0, str(ROOT))
from gateway.progress.job_log import JobLog
from gateway.runs.directory import Run
from steps.embed.file import read_embeddings
from steps.project.step import DEFAULTS, reduce

#: Jobs that nothing else runs beside, in their order; of the projections, UMAP's takes longest.
PATH = ("normalize", "embed", "project", "bundle", "provenance")
#: A submission, the look at the server before it, and the one at the task after 0.2 s.
_EMBEDDING_ANSWERS, _FIRST_LOOK_SECONDS = 3, 0.2


def print_remains(run: Run, latency: float) -> None:
    """A table of seconds and floors for a finished run of the benchmark."""
    jobs, seconds, state = _jobs(run), _steps(run), run.state
    ends = [jobs[rule][1] for rule in PATH]
    begins = [jobs[rule][0] for rule in PATH]
    rows = [
        ("gateway: upload to the start of Snakemake", state.started - state.submitted, 0),
        ("Snakemake: its start to the first job", begins[0] - state.started, 0),
        ("Snakemake: from one job to the next", _between(begins, ends), 0),
        ("jobs: processes start and end", _around(jobs, seconds), len(PATH) * _bare_process()),
        ("normalize", seconds["normalize"], 0),
        ("embed: waiting for answers", seconds["embed"], _embedding_floor(latency)),
        ("project: neighbours and layout", seconds["project"], _layout(run)),
        ("bundle, written and read back", seconds["bundle"], 0),
        ("gateway: the last job to `done`", state.finished - ends[-1], 0),
    ]
    print("\nwhat is left of the last upload (s)            measured    floor")
    for name, measured, floor in rows:
        print(f"{name:<46} {measured:8.2f} {floor:8.2f}")
    start = rows[1][1]
    print(f"ratio snakemake-start-seconds {start:.3f} 0.7", flush=True)


def _jobs(run: Run) -> dict[str, tuple[float, float]]:
    """When the last job of each rule was announced, and when it had finished."""
    rules, times = {}, {}
    for entry in JobLog(run).read():
        for job in entry.get("jobs", []):
            if entry["event"] == "job_info":
                rules[job] = entry["rule"], entry["time"]
            elif entry["event"] == "job_finished":
                rule, begun = rules[job]
                times[rule] = begun, entry["time"]
    return times


def _steps(run: Run) -> dict[str, float]:
    found: dict[str, float] = {"provenance": 0.0}
    for step in json.loads(run.provenance.read_text())["steps"]:
        found[step["step"]] = max(found.get(step["step"], 0.0), step["seconds"])
    return found


def _between(begins: list[float], ends: list[float]) -> float:
    return sum(begin - end for begin, end in zip(begins[1:], ends[:-1], strict=True))


def _around(jobs: dict, seconds: dict) -> float:
    return sum(jobs[rule][1] - jobs[rule][0] - seconds[rule] for rule in PATH)


def _bare_process() -> float:
    """Seconds of a shell with a Python that does nothing, as each job has them."""
    started = time.monotonic()
    for _ in range(5):
        subprocess.run(["bash", "-c", f"{sys.executable} -c pass"], check=True)
    return (time.monotonic() - started) / 5


def _embedding_floor(latency: float) -> float:
    return _FIRST_LOOK_SECONDS + _EMBEDDING_ANSWERS * latency


def _layout(run: Run) -> float:
    """Seconds of the same projection in a process that has made it before."""
    (path,) = run.path.glob("results/*/embeddings/*.h5")
    _, _, data = read_embeddings(path)
    shared = {"metric": "euclidean", "n_neighbors": 25, "min_dist": 0.1, "random_state": 42}
    for _ in range(2):
        started = time.monotonic()
        reduce(data, "umap", DEFAULTS | shared)
    return time.monotonic() - started
