"""The pipeline on a real SLURM: the same bytes, few jobs for few proteins, resumed after a kill."""

import re
import subprocess

import pytest
from snakemake_run import EXAMPLE, LABELS, ROOT, snakemake

pytestmark = pytest.mark.slurm
CONFIG = {"input": EXAMPLE, "annotations": f"header,sequence,{LABELS}", "methods": "pca2"}
PROFILE = ("--profile", ROOT / "profiles" / "slurm")
BUNDLE = "results/families/families.parquetbundle"


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """The bundle of the same run without a cluster."""
    folder = tmp_path_factory.mktemp("local")
    assert snakemake(folder, **CONFIG).returncode == 0
    return (folder / BUNDLE).read_bytes()


def submitted(output: str) -> list[str]:
    """Ids of the jobs of the cluster."""
    return re.findall(r"has been submitted with SLURM jobid (\d+)", output)


def test_a_small_data_set_is_one_job_of_the_cluster(tmp_path, local):
    ended = snakemake(tmp_path, *PROFILE, **CONFIG, shard_size=1000)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert (tmp_path / BUNDLE).read_bytes() == local
    assert len(submitted(ended.stdout + ended.stderr)) == 1


def test_shards_are_jobs_of_their_own_and_change_no_byte(tmp_path, local):
    ended = snakemake(tmp_path, *PROFILE, **CONFIG, shard_size=150)
    output = ended.stdout + ended.stderr
    assert ended.returncode == 0, output
    assert (tmp_path / BUNDLE).read_bytes() == local
    assert {"1-of-2", "2-of-2"} == set(re.findall(r"with composition, (\S+)", output))
    assert len(submitted(output)) > 4


@pytest.fixture
def cancelled(tmp_path):
    """The folder of a run whose first job on the cluster was cancelled, and what it said."""
    canceller = subprocess.Popen(["bash", "-c", _CANCEL_FIRST])
    ended = snakemake(tmp_path, *PROFILE, "--retries", "0", **CONFIG)
    assert canceller.wait(60) == 0 and ended.returncode != 0
    return tmp_path, ended.stdout + ended.stderr


_CANCEL_FIRST = """
for _ in $(seq 300); do
    job=$(squeue -h -o %A | head -1)
    [ -z "$job" ] || { scancel "$job"; exit 0; }
    sleep 0.2
done
exit 1
"""


def test_a_cancelled_job_is_told_and_the_next_run_resumes(cancelled):
    folder, output = cancelled
    assert "SLURM status is: 'CANCELLED'" in output
    ended = snakemake(folder, *PROFILE, "--retries", "0", **CONFIG | {"shard_size": 1000})
    assert ended.returncode == 0 and (folder / BUNDLE).is_file()


@pytest.mark.parametrize(
    ("resource", "reason"),
    [("mem_mb=100", "exceeded memory limit"), ("runtime=1", "'TIMEOUT'")],
)
def test_a_job_that_slurm_ends_is_told_with_its_reason(tmp_path, resource, reason):
    """MDS goes on until it is ended. A memory limit is told in the job's log alone."""
    config = CONFIG | {"methods": "mds2:max_iter=10000000;n_init=1000;eps=1e-30"}
    limited = ["--set-resources", f"project:{resource}", "--retries", "0"]
    assert snakemake(tmp_path, "--until", "embed", **config).returncode == 0
    ended = snakemake(tmp_path, *PROFILE, *limited, "--until", "project", **config)
    (log,) = (tmp_path / ".snakemake" / "slurm_logs" / "rule_project").rglob("*.log")
    output = ended.stdout + ended.stderr
    assert ended.returncode != 0 and str(log) in output
    assert reason in output + log.read_text()
