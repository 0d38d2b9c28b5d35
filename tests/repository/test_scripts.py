"""The scripts that `make` calls."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIND = ROOT / "scripts" / "find-python"


@pytest.fixture
def find(tmp_path):
    def find(**programs):
        """Run it where only these Pythons exist; the value is the exit status of their check."""
        for name, status in programs.items():
            program = tmp_path / name.replace("_", ".")
            program.write_text(
                f"#!/bin/sh\n[ $1 = --version ] && echo {program.name} && exit\nexit {status}\n"
            )
            program.chmod(0o755)
        tools = {tool: Path("/usr/bin") / tool for tool in ("head",)}
        for name, path in tools.items():
            (tmp_path / name).symlink_to(path)
        return subprocess.run(
            ["/bin/sh", FIND], env={"PATH": str(tmp_path)}, capture_output=True, text=True
        )

    return find


def test_python3_is_taken_where_it_is_new_enough(find):
    assert find(python3=0, python3_13=0).stdout == "python3\n"


def test_a_newer_one_is_found_by_name(find):
    assert find(python3=1, python3_13=0).stdout == "python3.13\n"


def test_only_an_older_one_gets_one_sentence_with_the_remedy(find):
    result = find(python3=1)
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "Python 3.12 or newer" in result.stderr and "install one" in result.stderr


def test_no_python_gets_the_same_sentence(find):
    assert "install one" in find().stderr


@pytest.fixture
def install(tmp_path):
    def install(uv: str | None, pip: str) -> subprocess.CompletedProcess:
        """Install where uv, if it is there, and pip are these scripts."""
        programs = {"venv/bin/python": pip} | ({"bin/uv": uv} if uv else {})
        for name, script in programs.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
            (tmp_path / name).chmod(0o755)
        return subprocess.run(
            [ROOT / "scripts" / "install", tmp_path / "venv", "x.lock"],
            env={"PATH": f"{tmp_path}/bin:/usr/bin:/bin"},
            capture_output=True,
            text=True,
        )

    return install


def test_uv_installs_where_it_is_there_and_says_how_long_what_took(install):
    said = install("echo Prepared 3 packages in 2s; echo Installed 3 packages in 1s", "exit 1")
    assert said.returncode == 0 and said.stdout.startswith("Installed by uv in ")
    assert said.stdout.endswith("  Prepared 3 packages in 2s\n  Installed 3 packages in 1s\n")


@pytest.mark.parametrize("uv", [None, "exit 2"])
def test_pip_installs_where_uv_is_missing_or_fails(install, uv):
    said = install(uv, "exit 0")
    assert said.returncode == 0 and said.stdout.startswith("Installed by pip in ")


def test_installation_that_fails_says_so_and_fails(install):
    said = install(None, "echo 'hashes differ' >&2; exit 1")
    assert said.returncode == 1 and "hashes differ" in said.stderr and said.stdout == ""
