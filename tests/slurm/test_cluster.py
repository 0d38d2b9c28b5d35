"""The pipeline on a real SLURM: the same bytes, few jobs for few proteins, a batch as one run."""

import re

import pytest

from tests.support.snakemake_run import EXAMPLE, snakemake, succeed

pytestmark = pytest.mark.slurm
#: Snakemake's own words, with the jobs of the cluster.
WORDS = "--printshellcmds"


def submitted(output: str) -> list[str]:
    """Ids of the jobs of the cluster."""
    return re.findall(r"has been submitted with SLURM jobid (\d+)", output)


def test_a_small_data_set_is_one_job_of_the_cluster(on_slurm, local):
    output = on_slurm(WORDS, shard_size=1000)
    assert on_slurm.bundle() == local
    assert len(submitted(output)) == 1
    ended = snakemake(on_slurm.folder, "--dry-run", **on_slurm.config, shard_size=1000)
    assert "Nothing to be done" in ended.stdout


def test_shards_are_jobs_of_their_own_and_change_no_byte(on_slurm, local):
    output = on_slurm(WORDS, shard_size=150)
    assert on_slurm.bundle() == local
    assert {"1-of-2", "2-of-2"} == set(re.findall(r"with kmers, (\S+)", output))
    assert len(submitted(output)) > 4


def test_a_batch_of_20_data_sets_is_one_run_with_a_report(on_slurm, tmp_path):
    """Five data sets a job: the resources of a group are those of its jobs side by side."""
    records = EXAMPLE.read_text().removeprefix(">").split("\n>")
    names = [f"set{number:02d}" for number in range(20)]
    for number, name in enumerate(names):
        some = records[number * 12 : number * 12 + 12]
        (tmp_path / f"{name}.fasta").write_text("".join(f">{it.strip()}\n" for it in some))
    rows = "".join(f"{name}\t{name}.fasta\n" for name in names)
    (tmp_path / "sheet.tsv").write_text("dataset\tfasta\n" + rows)
    batch = {"input": "sheet.tsv", "shard_size": 1000, "annotations": "header"}
    small = ["--set-resources", "embed:mem_mb=400", "project:mem_mb=400"]
    output = on_slurm(WORDS, "--group-components", "map=5", *small, **batch)
    assert len(submitted(output)) == 4
    assert all((tmp_path / f"results/{name}/{name}.parquetbundle").is_file() for name in names)
    report = tmp_path / "report.html"
    succeed(tmp_path, "--report", report, **on_slurm.config | batch)
    assert all(name in report.read_text() for name in names)
