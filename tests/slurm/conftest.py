"""Tests below a real SLURM: `make test-slurm` starts one."""

from pathlib import Path

import pytest

from tests.support.snakemake_run import EXAMPLE, LABELS, ROOT, snakemake, succeed

CONFIG = {"input": EXAMPLE, "annotations": f"header,sequence,{LABELS}", "methods": "pca2"}


class OnSlurm:
    """Runs in one folder by the profile for SLURM, tried once; called, such a run must succeed."""

    config = CONFIG

    def __init__(self, folder: Path):
        self.folder = folder

    def start(self, *arguments, **config):
        """The finished process; later options win over those of the profile."""
        profile = ("--profile", ROOT / "profiles" / "slurm", "--retries", "0")
        return snakemake(self.folder, *profile, *arguments, **self.config | config)

    def __call__(self, *arguments, **config) -> str:
        ended = self.start(*arguments, **config)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout + ended.stderr

    def bundle(self) -> bytes:
        return (self.folder / "results/families/families.parquetbundle").read_bytes()


@pytest.fixture
def on_slurm(tmp_path):
    return OnSlurm(tmp_path)


@pytest.fixture(scope="session")
def local(tmp_path_factory):
    """The bundle of the same run without a cluster."""
    folder = tmp_path_factory.mktemp("local")
    succeed(folder, **CONFIG)
    return OnSlurm(folder).bundle()
