"""Jobs that SLURM ends: told with their reason, and the run goes on from what is complete."""

import subprocess

import pytest

from tests.support.snakemake_run import succeed
from tests.support.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.slurm
# A job that has just begun may have no processes yet.
FREEZE = (
    "for _ in $(seq 100); do scontrol listpids JOB | awk 'NR > 1 {print $1}' | xargs kill -STOP"
    " && break; sleep 0.1; done"
)
PROJECTION = "results/families/projections/kmers.pca2.parquet"


class Meanwhile:
    """While a run is under way: wait for the job of a rule, then run a command about it."""

    _SCRIPT = """
    for _ in $(seq 1500); do
        job=$(squeue -h -t R -o '%A %k' | awk -v rule="$1" '$2 ~ rule {print $1; exit}')
        [ -z "$job" ] || { eval "${2//JOB/$job}"; exit; }
        sleep 0.2
    done
    exit 1
    """

    def __init__(self, rule: str, command: str):
        self.process = subprocess.Popen(["bash", "-c", self._SCRIPT, "-", rule, command])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        assert self.process.wait(PATIENCE_SECONDS) == 0


def goes_on(on_slurm, local) -> bool:
    """The next run makes what is missing, as one job, and nothing twice."""
    output = on_slurm(shard_size=1000)
    return on_slurm.bundle() == local and "Embedding" not in output and "Projecting" in output


def test_a_job_that_is_cancelled_in_the_middle_is_told_and_the_next_run_goes_on(on_slurm, local):
    with Meanwhile("project", "scancel JOB"):
        ended = on_slurm.start()
    assert ended.returncode != 0
    assert "SLURM status is: 'CANCELLED'" in ended.stdout + ended.stderr
    assert goes_on(on_slurm, local)


def test_a_job_beyond_its_time_is_told_and_the_next_run_goes_on(on_slurm, local):
    """It hangs; SLURM counts in minutes, so its end is moved."""
    succeed(on_slurm.folder, "--until", "embed", **on_slurm.config)
    with Meanwhile("project", FREEZE + "; scontrol update JobId=JOB EndTime=now+2seconds"):
        ended = on_slurm.start("--until", "project")
    assert ended.returncode != 0
    assert "SLURM status is: 'TIMEOUT'" in ended.stdout + ended.stderr
    assert goes_on(on_slurm, local)


def test_a_job_beyond_its_memory_is_told_and_gets_more_in_the_next_try(on_slurm):
    """SLURM writes the reason into the log of the job alone."""
    succeed(on_slurm.folder, "--until", "embed", **on_slurm.config)
    growing = "project:mem_mb=50 if attempt == 1 else 1000"
    output = on_slurm("--retries", "1", "--until", "project", "--set-resources", growing)
    (log,) = (on_slurm.folder / ".snakemake" / "slurm_logs" / "rule_project").rglob("*.log")
    assert str(log) in output and "exceeded memory limit" in log.read_text()
    assert (on_slurm.folder / PROJECTION).is_file() and "Embedding" not in output
