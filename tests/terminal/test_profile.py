"""profiles/default: what Snakemake goes by where the command line says nothing else."""

import json
import os
import subprocess
import sys

import pytest

from tests.support.snakemake_run import ROOT

#: What Snakemake makes of a command line.
READ = """
import json
from snakemake.cli import parse_args
_, read = parse_args(None)
print(json.dumps([read.cores, read.scheduler, read.rerun_incomplete]))
"""


def read(*arguments, folder=ROOT, **environment):
    result = subprocess.run(
        [sys.executable, "-c", READ, *map(str, arguments)],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(result.stdout)


@pytest.fixture
def named(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/config.yaml").write_text("cores: 1\n")
    return tmp_path / "mine"


def test_command_without_options_uses_all_cores_and_goes_on():
    cores, *others = read()
    assert cores >= 1 and others == ["greedy", True]


def test_profile_beside_the_snakefile_is_found_from_any_folder(tmp_path):
    assert read("--snakefile", ROOT / "Snakefile", folder=tmp_path)[1:] == ["greedy", True]


def test_command_line_goes_before_the_profile():
    assert read("--cores", 7, "--scheduler", "ilp") == [7, "ilp", True]


def test_named_profile_keeps_its_cores(named):
    assert read("--profile", named) == [1, "ilp", True]
    assert read(SNAKEMAKE_PROFILE=str(named)) == [1, "ilp", True]


def test_slurm_profile_keeps_its_jobs():
    assert read("--profile", ROOT / "profiles/slurm")[1:] == ["ilp", True]


def test_profile_can_be_left_out():
    assert read("--workflow-profile", "none", "--cores", 2) == [2, "ilp", False]
