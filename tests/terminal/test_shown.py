"""What a run shows: stages in a terminal, lines in a file, and at the end what there is."""

import os
import pty
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.snakemake_run import EXAMPLE, ROOT, snakemake, succeed

#: Nothing is asked or compiled.
FEW = {"annotations": "header", "methods": "pca2"}
SCHEDULER = ("Select jobs", "Job stats", "Reason:", "SNAKEMAKE", "Building DAG")


def in_terminal(folder, *arguments, **config):
    """Return what a run writes to a terminal, with the codes that move its cursor."""
    command = [Path(sys.executable).with_name("snakemake"), "--snakefile", ROOT / "Snakefile"]
    command += ["--directory", folder, *arguments]
    command += ["--config", *(f"{key}={value}" for key, value in config.items())]
    environment = os.environ | {"HOME": str(folder), "TERM": "xterm", "COLUMNS": "120"}
    leader, follower = pty.openpty()
    with subprocess.Popen(
        list(map(str, command)), cwd=folder, env=environment, stderr=follower, stdout=follower
    ) as process:
        os.close(follower)
        text = b""
        # The system ends it with an error, once nobody writes any more.
        try:
            while block := os.read(leader, 65536):
                text += block
        except OSError:
            pass
        os.close(leader)
        assert process.wait() == 0, text.decode()
    return text.decode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("shown")


@pytest.fixture(scope="module")
def lines(folder):
    return succeed(folder, input=EXAMPLE, **FEW)


def test_terminal_shows_stages_and_where_the_results_are(tmp_path):
    text = in_terminal(tmp_path, input=EXAMPLE, **FEW)
    last = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    for stage in ("Reading", "Embedding", "Annotating", "Projecting", "Bundling", "Drawing"):
        assert f"✓ {stage}" in last
    assert "240 proteins" in last and "families.html  (open it in any browser)" in last
    assert not [word for word in SCHEDULER if word in last]


@pytest.mark.slow
def test_terminal_shows_a_row_for_each_of_several_data_sets(tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("one", "two"):
        (tmp_path / "in" / f"{name}.fasta").write_bytes(EXAMPLE.read_bytes())
    text = in_terminal(tmp_path, "--until", "normalize", input=tmp_path / "in", **FEW)
    assert "of 2 data sets done" in text and "✓ Reading" in text


def test_file_has_a_line_for_each_job_and_nothing_of_the_scheduler(lines):
    assert "[1 of 11] Reading" in lines and "[11 of 11] " in lines
    assert not [word for word in SCHEDULER if word in lines]


def test_end_says_what_there_is_and_how_to_open_it(lines, folder):
    results = folder / "results" / "families"
    assert "families: 240 proteins" in lines
    assert f"map       {results}/families.html  (open it in any browser)" in lines
    assert f"{results}/families.parquetbundle  (drop it onto https://protspace.app" in lines
    assert f"pictures  {results}/previews  (kmers.pca2.svg)" in lines
    assert re.search(r"of the nearest proteins, maps show \d+% by kmers — PCA 2", lines)


def test_second_run_says_that_there_is_nothing_to_do_and_where_the_results_are(lines, folder):
    again = succeed(folder, input=EXAMPLE, **FEW)
    assert "Nothing to be done" in again and "families.html" in again


@pytest.mark.parametrize("option", ["--verbose", "--printshellcmds"])
def test_verbose_is_that_of_snakemake(tmp_path, option):
    text = succeed(tmp_path, option, "--until", "normalize", input=EXAMPLE, **FEW)
    assert "SNAKEMAKE" in text and "Job stats" in text


def test_dry_run_is_that_of_snakemake(tmp_path):
    assert "This was a dry-run" in succeed(tmp_path, "--dry-run", input=EXAMPLE, **FEW)


def test_invalid_configuration_is_a_sentence(tmp_path):
    said = snakemake(tmp_path, "--workflow-profile", "none", method="pca2").stderr
    assert said.startswith("The configuration is not valid. Key 'method' is unknown.")


@pytest.mark.slow
def test_failed_step_says_why_and_the_command_that_goes_on(tmp_path):
    source = tmp_path / "my proteins.fasta"
    source.write_text(">a\nMK1\n")
    ended = snakemake(tmp_path, input=source, **FEW)
    assert ended.returncode == 1 and "Traceback" not in ended.stderr
    end = ended.stderr.partition("\n\n")[2]
    assert "MALFORMED_FASTA: Record a, line 2: '1' is not" in end and "CalledProcess" not in end
    assert f"  log  {tmp_path}/logs/my_proteins/normalize.log" in end
    source.write_bytes(EXAMPLE.read_bytes())
    command = re.search(r"To go on from here: (.+)", end)[1]
    bin_folder = Path(sys.executable).parent
    environment = os.environ | {"PATH": f"{bin_folder}:{os.environ['PATH']}"}
    subprocess.run(shlex.split(command), cwd=tmp_path, env=environment, check=True)
    assert (tmp_path / "results/my_proteins/my_proteins.html").is_file()


@pytest.mark.slow
def test_changes_while_reading_and_equal_sequences_are_said(tmp_path):
    text = EXAMPLE.read_text()
    first = text.split(">")[1]
    source = tmp_path / "x.fasta"
    source.write_text(f"{text}>twice\n{first.partition(chr(10))[2]}>j\nMJ-KV\n>none\n")
    said = succeed(tmp_path, input=source, **FEW)
    assert "1 J (Leu or Ile) embedded as X" in said and "1 gap character removed" in said
    assert "1 with the sequence of another" in said


@pytest.mark.slow
def test_batch_of_the_data_sets_is_made(tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("one", "two"):
        (tmp_path / "in" / f"{name}.fasta").write_bytes(EXAMPLE.read_bytes())
    said = succeed(tmp_path, "--batch", "all=1/2", input=tmp_path / "in", **FEW)
    assert len(list(tmp_path.glob("results/*/*.parquetbundle"))) >= 1
    assert "To go on from here" not in said
