"""docs/quickstart.md: five commands, each given as it stands there; and `make map` by any name."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.copying import copy_path
from tests.support.docs_commands import ROOT, blocks, commands
from tests.support.snakemake_run import EXAMPLE

FILES = "Makefile Snakefile config.yaml pyproject.toml locks rules steps terminal viewer envs"
FILES += " profiles examples scripts"
ADDRESS = "https://example.org/"
NAMES = [
    "plain.fasta",
    "a #1.fasta",
    "it's.fasta",
    "$HOME [x] (y);&.fasta",
    "-n.fasta",
    'a"b.fasta',
]


@pytest.fixture
def repository(tmp_path):
    """A repository with what a clone needs."""
    folder = tmp_path / "from" / "protspace-pipeline.git"
    folder.mkdir(parents=True)
    for name in FILES.split():
        path = ROOT / name
        copy_path(path, folder / name)
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in (["init", "--quiet"], ["add", "."], [*who, "commit", "--quiet", "-m", "All"]):
        subprocess.run(["git", "-C", folder, *words], check=True)
    return folder


def installed(folder):
    """Put this environment where `make setup` makes one, which test_newcomer.py waits for."""
    made = folder / ".venv"
    made.mkdir()
    for path in Path(sys.executable).parent.parent.iterdir():
        if path.name != ".ready":
            (made / path.name).symlink_to(path)
    (made / ".ready").touch()


@pytest.fixture
def environment(tmp_path):
    """git finds the repository here, and a browser is a file that says what was opened."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "xdg-open").write_text(f'#!/bin/sh\ncat "$1" > {shlex.quote(str(tmp_path))}/seen\n')
    (programs / "xdg-open").chmod(0o755)
    git = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_VALUE_0": ADDRESS}
    git["GIT_CONFIG_KEY_0"] = f"url.{tmp_path}/from/.insteadOf"
    return os.environ | git | {"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(tmp_path)}


def give(command, folder, environment):
    ended = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


@pytest.mark.slow
def test_five_commands_lead_to_a_map(repository, environment, tmp_path):
    (block,) = blocks("docs/quickstart.md")
    clone, enter, first, look, again = commands(block)
    give(clone, tmp_path, environment)
    folder = tmp_path / enter.removeprefix("cd ")
    installed(folder)
    assert "families.html  (open it in any browser)" in give(first, folder, environment)
    give(look, folder, environment)
    assert (tmp_path / "seen").read_text().startswith("<!doctype html>")
    assert "tsne2" in (said := give(again, folder, environment)) and "Embedding" not in said


@pytest.mark.slow
def test_map_is_made_of_a_file_by_any_name(environment, tmp_path):
    for name in (*FILES.split(), "gateway"):
        (tmp_path / name).symlink_to(ROOT / name)
    installed(tmp_path)
    for number, name in enumerate(NAMES):
        shutil.copy(EXAMPLE, tmp_path / name)
        value = shlex.quote(name)
        arguments = "ARGS='annotations=header methods=pca2 html=False'"
        said = give(f"make map FASTA={value} RUN=run{number} {arguments}", tmp_path, environment)
        assert len(list((tmp_path / f"run{number}").glob("results/*/*.parquetbundle"))) == 1
        # The command that it prints has nothing left to do.
        shown = said.partition("The same by Snakemake: ")[2].partition("\n")[0]
        assert "Nothing to be done" in give(shown, tmp_path, environment)
