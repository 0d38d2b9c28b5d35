"""Remedies that messages about local models name, given as they stands there."""

import os
import shutil
import subprocess

import pytest

import tests.support.hub as hub
from tests.fakes.web import FakeWeb
from tests.support.docs_commands import ROOT
from tests.support.installed import Environment, make

pytestmark = pytest.mark.local


def test_the_extra_is_installed(tmp_path):
    """With PyTorch there already, so that nothing but this project is installed."""
    environment = Environment(tmp_path / "venv")
    installed = environment.run("pip install '.[local]'", ROOT)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    code = "import steps.embed.models.local.network; print('loaded')"
    loaded = environment.run(f'python -c "{code}"', tmp_path)
    assert loaded.stdout == "loaded\n", loaded.stderr


def test_a_model_is_fetched_again(models, tmp_path):
    """The command of the message on a model that is missing."""
    folder = tmp_path / "repository"
    shutil.copytree(models / "esm2_8m", folder)
    with FakeWeb() as web, hub.serving(folder, "facebook/esm2_t6_8M_UR50D") as (address, _):
        variables = web.environment | dict.fromkeys(("HOME", "HF_HOME"), str(tmp_path))
        variables |= {"HF_ENDPOINT": address, "HF_HUB_OFFLINE": "0"}
        command = make("prefetch", "EMBEDDER=esm2_8m", f"MODELS={tmp_path}/models")
        made = subprocess.run(
            command,
            env=os.environ | variables,
            capture_output=True,
            text=True,
        )
    assert made.returncode == 0, made.stdout + made.stderr
    assert (tmp_path / "models" / "esm2_8m" / "SHA256SUMS").is_file()
