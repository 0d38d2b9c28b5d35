"""A gateway that sends runs to a real SLURM."""

import subprocess

import psutil
import pytest

from tests.support.gateway_process import ROOT, Gateway, fasta
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slurm
#: Goes on for minutes on the cluster.
LONG = {"methods": "tsne2,pacmap2,localmap2,umap2"}
STAGES = ["normalizing", "embedding", "annotating", "projecting", "bundling"]


@pytest.fixture
def start(tmp_path):
    """Start gateways, by default with the profile for SLURM."""
    started = []

    def start(name="cluster", **settings):
        settings = {"PREP_PROFILE": str(ROOT / "profiles" / "slurm")} | settings
        started.append(Gateway(tmp_path / name, **settings).start())
        return started[-1]

    yield start
    for gateway in started:
        gateway.stop()


def squeue(form: str, *options: str) -> list[str]:
    command = ["squeue", "-h", "-o", form, *options]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def wait_for_queue(wanted) -> None:
    """Return once the states of the jobs that SLURM has are as wanted."""
    wait_until(lambda: wanted(squeue("%T")), every=0.1)


def are_ended(jobs: list[str]) -> bool:
    """Whether the jobs of the cluster were ended, and none came to its own end."""
    return "COMPLETED" not in squeue("%T", "--states=all", f"--jobs={','.join(jobs)}")


def test_a_run_on_the_cluster_looks_and_ends_as_on_this_machine(start):
    here, there = start("here", PREP_PROFILE=""), start()
    (mine, theirs) = [gateway.submit(fasta(30), methods="pca2") for gateway in (here, there)]
    events = list(there.events(theirs))
    assert events[-1]["event"] == "done" and here.finish(mine)["event"] == "done"
    assert there.bundle(theirs).content == here.bundle(mine).content
    told = [event["data"]["stage"] for event in events if event["event"] == "progress"]
    # Embedding and annotating overlap.
    assert set(told) == set(STAGES) and [*dict.fromkeys(told)][-2:] == STAGES[-2:]
    log = (there.root / theirs / "snakemake.log").read_text()
    assert log.count("submitted with SLURM jobid") == 1


def test_shards_are_counted_together(start):
    gateway = start(PREP_SHARD_SIZE="10")
    events = [event["data"] for event in gateway.events(gateway.submit(fasta(30), methods="pca2"))]
    assert "download_url" in events[-1], events[-1]
    embedding = [it for it in events if it.get("stage") == "embedding"]
    counts = [(it["done"], it["total"]) for it in embedding if "total" in it]
    assert counts == sorted(counts) and counts[-1] == (30, 30)


def test_a_cancelled_run_leaves_the_queue(start):
    gateway = start()
    job_id = gateway.submit(fasta(1000, 300), **LONG)
    wait_for_queue(lambda jobs: "RUNNING" in jobs)
    jobs = squeue("%A")
    assert gateway.client.delete(f"/api/prepare/{job_id}").status_code == 200
    wait_for_queue(lambda jobs: jobs == [])
    assert gateway.state(job_id)["code"] == "CANCELLED" and are_ended(jobs)


def test_jobs_that_wait_in_the_queue_leave_it_too(start):
    blocker = subprocess.check_output(
        ["sbatch", "--parsable", "--exclusive", "--output=/dev/null", "--wrap", "sleep 999"]
    )
    try:
        gateway = start()
        job_id = gateway.submit(fasta(30))
        wait_for_queue(lambda jobs: sorted(jobs) == ["PENDING", "RUNNING"])
        gateway.client.delete(f"/api/prepare/{job_id}")
        wait_for_queue(lambda jobs: jobs == ["RUNNING"])
    finally:
        subprocess.run(["scancel", "--full", "--signal=KILL", blocker.decode().strip()])


def test_no_job_runs_twice_when_snakemake_is_killed(start):
    """Its jobs go on without it, and must not write what the next attempt writes."""
    gateway = start()
    job_id = gateway.submit(fasta(300, 300), **LONG)
    wait_for_queue(lambda jobs: "RUNNING" in jobs)
    jobs = squeue("%A")
    psutil.Process(gateway.state(job_id)["pid"]).kill()
    wait_until(lambda: gateway.state(job_id)["attempts"] == 2)
    assert are_ended(jobs)
    assert gateway.finish(job_id)["event"] == "done"
    assert gateway.state(job_id)["attempts"] == 2


def test_a_run_is_followed_again_by_the_next_gateway(start):
    gateway = start()
    job_id = gateway.submit(fasta(300, 300), **LONG)
    wait_for_queue(lambda jobs: "RUNNING" in jobs)
    gateway.kill()
    gateway.start()
    assert gateway.finish(job_id)["event"] == "done"
    assert gateway.state(job_id)["attempts"] == 1


def test_a_job_beyond_its_memory_ends_the_run_with_its_code(start, tmp_path):
    given = (ROOT / "profiles" / "slurm" / "config.yaml").read_text()
    little = "set-resources:\n  embed:\n    mem_mb: 50\n  project:\n    mem_mb: 50\n"
    profile = tmp_path / "profile"
    profile.mkdir()
    (profile / "config.yaml").write_text(given.replace("retries: 2", "retries: 0") + little)
    gateway = start(PREP_PROFILE=str(profile))
    job_id = gateway.submit(fasta(1000, 300), **LONG)
    assert gateway.finish(job_id)["data"]["code"] == "OUT_OF_MEMORY"
    assert gateway.state(job_id)["attempts"] == 1
