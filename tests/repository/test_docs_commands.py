"""Every command of the documentation works, or has a reason not to be run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.biocentral import FakeBiocentral
from tests.fakes.web import FakeWeb
from tests.support.docs_commands import ELSEWHERE, PAGES, ROOT, RULES, blocks, ruled, to_run
from tests.support.embedding_files import vectors, write
from tests.support.gateway_process import Gateway
from tests.support.waiting import PATIENCE_SECONDS, wait_until

BIN = Path(sys.executable).parent
RUN = [page for page in PAGES if page not in ELSEWHERE and any(map(to_run, blocks(page)))]
_STORE = "snakemake --cores 2 --directory a --config input=$PWD/my.fasta embedders=prot_t5"
ACCESSIONS = [f"P{number}" for number in range(10000, 10030)]
CHECKOUT = ["Snakefile", "config.yaml", "rules", "steps", "terminal", "gateway", "profiles"]
CHECKOUT += ["examples"]
#: What a page takes for granted.
BEFORE = {"docs/cache.md": _STORE}


@pytest.fixture(scope="module")
def web():
    """Biocentral and the annotation services, so that nothing is asked of the real ones."""
    with FakeBiocentral() as biocentral, FakeWeb(biocentral=biocentral.application) as running:
        running.hits["(family:phospholipase) AND (reviewed:true)"] = ACCESSIONS
        yield running


@pytest.fixture
def checkout(tmp_path):
    """A checkout with the files that the pages call `my.fasta`, `labels.csv` and so on."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in CHECKOUT:
        (folder / name).symlink_to(ROOT / name)
    (folder / ".venv").symlink_to(BIN.parent)
    sequences = re.findall(r">.*\n([^>]+)", (ROOT / "examples/families.fasta").read_text())[::8]
    (folder / "accessions.txt").write_text("\n".join(ACCESSIONS))
    fasta = "".join(f">P{10000 + n}\n{text}" for n, text in enumerate(sequences))
    (folder / "folder").mkdir()
    for name in ("my.fasta", "folder/one.fasta", "folder/two.fasta", "labelled.fasta"):
        (folder / name).write_text(fasta)
    for name in ("new", "more"):
        (folder / f"{name}.fasta").write_text(f">{name}\n{sequences[3][:-9]}\n")
    (folder / "leaving.txt").write_text("P10000\n")
    (folder / "sheet.tsv").write_text("dataset\tfasta\na\tmy.fasta\nb\tfolder/one.fasta\n")
    proteins = [f"P{10000 + n}" for n in range(len(sequences))]
    for name in ("x.h5", "y.h5"):
        write(folder / name, dict(zip(proteins, vectors(len(proteins), 1024), strict=True)))
    write(folder / "per-protein.h5", {"Q00001": vectors(1, 1024)[0]})
    (folder / "uniprot_sprot.fasta").write_text(">sp|Q00001|X_HUMAN Text\nMKVLAAG\n")
    (folder / "labels.csv").write_text("identifier,label\nP10000,first\nP10001,second\n")
    return folder


@pytest.fixture
def give(checkout, web, tmp_path):
    """Give commands in the checkout; the gateway that they name is one of the tests'."""
    gateway = Gateway(tmp_path / "runs").start()
    environment = os.environ | web.environment | {"HOME": str(tmp_path)}
    environment |= {"PATH": f"{BIN}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    environment["XDG_CACHE_HOME"] = str(tmp_path / "cache")

    def run(block: str) -> subprocess.CompletedProcess:
        script = "set -e\n" + block.replace("http://127.0.0.1:8000", gateway.url)
        options = {"cwd": checkout, "env": environment, "capture_output": True, "text": True}
        return subprocess.run(["bash", "-c", script], **options, timeout=900)

    yield run
    gateway.stop()


@pytest.mark.slow
@pytest.mark.parametrize("page", RUN)
def test_the_commands_of_a_page_work(give, page):
    for block in [BEFORE.get(page, ""), *map("\n".join, map(to_run, blocks(page)))]:
        result = give(block)
        assert result.returncode == 0, f"{block}\n{result.stdout}{result.stderr}"


def test_pages_that_are_tested_elsewhere_are():
    for page, test in ELSEWHERE.items():
        assert page.removeprefix("docs/") in (ROOT / "tests" / test).read_text(), page


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_rule_is_needed(rule):
    assert ruled(rule.name) and rule.reason


def test_what_is_made_exists():
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M)
    for page, command in ruled("make"):
        words = re.sub(r"-C \S+|\w+=\S*", "", command).split()[1:]
        assert words and set(words) <= set(targets), (page, command)


@pytest.mark.parametrize("command", [c for _, c in ruled("cluster") if "--profile" in c])
def test_what_a_cluster_is_given_can_be_planned(checkout, command):
    """All but sending jobs out; the page has people make `my-profile`, as a copy."""
    (checkout / "my-profile").symlink_to(ROOT / "profiles/slurm")
    script = f"{command.replace('$conda', '')} --dry-run"
    environment = os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"}
    planned = subprocess.run(
        ["bash", "-c", script], cwd=checkout, env=environment, capture_output=True, text=True
    )
    assert planned.returncode == 0, planned.stdout + planned.stderr


def test_what_compose_is_given_exists():
    for _, command in ruled("engine"):
        files = re.findall(r"(?:--file |cp )(\S+)", command)
        assert all((ROOT / name).is_file() for name in files), command


@pytest.mark.parametrize("command", [command for _, command in ruled("server")])
def test_servers_of_the_pages_start(checkout, tmp_path, command):
    gateway = Gateway(tmp_path / "runs")
    (checkout / "my-profile").symlink_to(ROOT / "profiles/slurm")
    script = f"{command.replace('/shared', str(tmp_path))} --port {gateway.port}"
    environment = os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"}
    process = subprocess.Popen(["bash", "-c", script], cwd=checkout, env=environment)
    try:
        wait_until(gateway.answers)
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)
        gateway.close()
