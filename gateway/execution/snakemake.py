"""Start Snakemake for a run, within limits that all its processes inherit."""

import contextlib
import os
import resource
from pathlib import Path

import structlog

from gateway.execution import processes
from gateway.execution.starter import Starter
from gateway.pipeline_files import CODE, PIPELINE
from gateway.runs import clock, jsonl
from gateway.runs.directory import Run
from gateway.settings import Settings

log = structlog.get_logger()

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
#: Variables of the gateway's environment that a run sees: no settings, and no secrets but the
#: password of its cache.
_PASSED = (
    *("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "VIRTUAL_ENV"),
    *("NUMBA_CACHE_DIR", "MPLCONFIGDIR", *_PROXIES, *(name.lower() for name in _PROXIES)),
    *("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "SLURM_CONF", "PGPASSFILE", "PGPASSWORD", "HF_HOME"),
    *("CUDA_VISIBLE_DEVICES", "LD_LIBRARY_PATH"),
)


def arguments(run: Run, settings: Settings) -> list[str]:
    """Return the arguments of Snakemake for a run; its config.yaml says what to compute."""
    targets = [str(path.relative_to(run.path)) for path in (run.bundle, run.provenance)]
    return [
        *("--snakefile", str(PIPELINE / "Snakefile")),
        *("--directory", str(run.path), *_where(run, settings)),
        # That for people would go before a profile of the settings.
        *("--workflow-profile", "none"),
        # The gateway alone starts runs; a lock would outlive a killed one.
        *("--nolock", "--rerun-incomplete", "--nocolor"),
        *_with_few_files(run),
        # A run has too few jobs for the other scheduler, which starts a program for each decision.
        *("--scheduler", "greedy"),
        *("--logger", "runlog", "--logger-runlog-path", "jobs.jsonl"),
        *targets,
    ]


def _shared(run: Run) -> Path:
    """Return the folder for what Snakemake needs in each run alike, with nothing of any run."""
    return run.path.parent / ".snakemake"


def _with_few_files(run: Run) -> list[str]:
    """Return options by which a run has few files: a file system can run out of them."""
    shared = _shared(run)
    # Snakemake would copy its own files for each run, to `file/<path>` in this folder.
    link = shared / "file" / PIPELINE.relative_to("/")
    link.parent.mkdir(parents=True, exist_ok=True)
    # Another run that starts may have made it in this moment.
    with contextlib.suppress(FileExistsError):
        link.symlink_to(PIPELINE)
    return [
        # Input and configuration of a run never change.
        "--drop-metadata",
        *("--runtime-source-cache-path", str(shared)),
        # Folders that Snakemake makes although none of our rules needs them.
        *("--conda-prefix", str(shared), "--apptainer-prefix", str(shared)),
        *("--shadow-prefix", str(shared)),
    ]


def _where(run: Run, settings: Settings) -> list[str]:
    """Return the options that say where jobs run: here, or wherever a profile sends them."""
    if not settings.profile:
        return ["--cores", str(settings.cores)]
    return [
        *("--profile", str(Path(settings.profile).resolve())),
        *("--local-cores", str(settings.cores)),
        # By this `gateway.execution.slurm` knows the jobs of a run in the queue of SLURM.
        *("--slurm-jobname-prefix", run.id),
    ]


def _passed() -> dict[str, str]:
    return {name: os.environ[name] for name in _PASSED if name in os.environ}


def environment(run: Run) -> dict[str, str]:
    """Return the environment of a run, whose temporary and cache folders are removed with it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return {
        # Models were fetched to where they are.
        "HF_HOME": str(cache / "huggingface"),
        **_passed(),
        "PYTHONPATH": str(CODE),
        "TMPDIR": str(run.scratch),
        "XDG_CACHE_HOME": str(run.scratch),
        processes.MARK: run.id,
    }


def prepare(starter: Starter) -> None:
    """Start the fork server, so that the first run starts as fast as later ones."""
    marked = {processes.MARK: processes.FORKED, "PYTHONPATH": str(CODE), "OMP_NUM_THREADS": "1"}
    starter.prepare(_passed() | marked)


def start(run: Run, settings: Settings, starter: Starter) -> None:
    """Start a run in a session of its own; its pid is in the state before this returns.

    It may take seconds, so it belongs into a thread.

    Raises:
        OSError: it cannot be started.
    """
    jsonl.repair(run.job_log)
    run.scratch.mkdir(exist_ok=True)
    if not (folder := run.scratch / "snakemake").is_symlink():
        # Its cache of sources that come from elsewhere, of which there are none.
        folder.symlink_to(_shared(run))
    pid = starter.start(
        arguments(run, settings),
        environment(run),
        run.path,
        run.path / "snakemake.log",
        # On a cluster they belong to its jobs, whose limits and ends are the cluster's.
        serve_steps=settings.profile is None,
    )
    confine(pid, settings)
    run.change(
        pid=pid,
        pid_started=processes.start_time(pid),
        boot=clock.boot(),
        attempts=run.state.attempts + 1,
    )


def confine(pid: int, settings: Settings) -> None:
    """Limit a process and those it will start; a limit that is lower already stays."""
    if not hasattr(resource, "prlimit"):
        log.warning("no_limits", reason="this system cannot limit another process")
        return
    limits = {
        resource.RLIMIT_AS: settings.memory_limit * 1048576,
        resource.RLIMIT_FSIZE: settings.file_limit * 1048576,
        resource.RLIMIT_NPROC: settings.step_processes,
    }
    # It may be gone already; what became of it is found out where it is followed.
    with contextlib.suppress(ProcessLookupError):
        # A crash must not write memory with sequences in it to some other folder.
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
        for kind, most in limits.items():
            _, hard = resource.prlimit(pid, kind)
            if most and (hard == resource.RLIM_INFINITY or hard > most):
                resource.prlimit(pid, kind, (most, most))
