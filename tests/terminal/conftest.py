"""A run that waits for embeddings until a test has done something to it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.fakes.biocentral import FakeBiocentral
from tests.support.snakemake_run import EXAMPLE, ROOT
from tests.support.waiting import wait_until

#: Nothing else is asked, or compiled.
FEW = {"input": EXAMPLE, "annotations": "header", "methods": "pca2", "html": "False"}


@pytest.fixture
def server():
    """A server of embeddings that does not answer yet."""
    with FakeBiocentral() as fake:
        fake.fault = "hang"
        yield fake


@pytest.fixture
def config(server):
    own = {"embedders": "esm2_8m", "biocentral_url": server.url, "cache": "none"}
    return FEW | own


@pytest.fixture
def temporary(tmp_path):
    (tmp_path / "t").mkdir()
    return tmp_path / "t"


@pytest.fixture
def interruptible():
    """Let processes know Ctrl-C, also where the tests were started in the background of a shell."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def started(tmp_path, temporary, config, interruptible):
    """Start a run in a group of its own, and give its process once it waits for embeddings."""
    program = Path(sys.executable).with_name("snakemake")
    command = [program, "--snakefile", ROOT / "Snakefile", "--directory", tmp_path, "--cores", "1"]
    command += ["--config", *(f"{key}={value}" for key, value in config.items())]
    environment = os.environ | {"HOME": str(tmp_path), "TMPDIR": str(temporary)}
    with subprocess.Popen(
        list(map(str, command)),
        cwd=tmp_path,
        env=environment,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        wait_until((tmp_path / "logs/families/embed.esm2_8m.log").exists)
        yield process
        for child in psutil.Process().children(recursive=True):
            child.kill()
