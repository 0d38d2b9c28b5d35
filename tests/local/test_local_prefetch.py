"""`make prefetch`: from a hub into a folder or into the hub's cache, and from there into a job."""

import os
import shutil
import subprocess
import sys

import pytest

import tests.support.hub as hub
from steps.embed.models.local.checkpoint import CHECKSUMS, has_weights

pytestmark = pytest.mark.local
REPOSITORY = "facebook/esm2_t6_8M_UR50D"


@pytest.fixture
def online(models, tmp_path):
    """Run Python against a hub that has ESM-2 8M twice, and files for other libraries."""
    folder = tmp_path / "repository"
    shutil.copytree(models / "esm2_8m", folder)
    for other in ("pytorch_model.bin", "tf_model.h5", "README.md"):
        (folder / other).write_text("large")
    with hub.serving(folder, REPOSITORY) as (address, asked):
        environment = os.environ | {"HF_ENDPOINT": address, "HF_HOME": str(tmp_path / "home")}
        environment["HF_HUB_OFFLINE"] = "0"

        def run(*arguments):
            return subprocess.run(
                [sys.executable, *arguments], env=environment, capture_output=True, text=True
            )

        run.asked = asked
        yield run


def test_a_folder_gets_the_checkpoint_and_checksums_that_can_be_checked(online, tmp_path):
    result = online("-m", "steps", "prefetch", "esm2_8m", "--models", tmp_path / "models")
    assert result.returncode == 0, result.stderr
    folder = tmp_path / "models" / "esm2_8m"
    assert sorted(it.name for it in folder.iterdir()) == [
        *(CHECKSUMS, "config.json", "model.safetensors", "tokenizer_config.json", "vocab.txt")
    ]
    assert result.stdout.startswith((folder / CHECKSUMS).read_text())
    assert "sha256 " in result.stdout.splitlines()[-1]
    subprocess.run(["sha256sum", "--check", "--quiet", CHECKSUMS], cwd=folder, check=True)


def test_the_cache_gets_it_once_and_a_job_finds_it_there(online, tmp_path):
    for _ in range(2):
        result = online("-m", "steps", "prefetch", REPOSITORY)
        assert f"(commit {hub.COMMIT})" in result.stdout, result.stderr
    assert online.asked.count("model.safetensors") == 1
    assert not {"pytorch_model.bin", "tf_model.h5"} & set(online.asked)
    (snapshot,) = (tmp_path / "home").glob("hub/models--*/snapshots/*")
    assert has_weights(snapshot)


def test_a_job_that_is_not_offline_fetches_what_it_lacks(online):
    code = (
        "from steps.embed.models import Options, get_embedder\n"
        "embedder = get_embedder('esm2_8m', Options(backend='local'))\n"
        "print(embedder.revision, len(list(embedder.embed(['MKV'], lambda _: None))))\n"
    )
    result = online("-c", code)
    assert result.stdout.split() == [
        *("local", "commit", hub.COMMIT, "float32", "pooling", "1", "1")
    ], result.stderr


def test_an_unknown_name_and_an_unknown_repository_are_refused(online):
    result = online("-m", "steps", "prefetch", "esm2_8n")
    assert result.returncode == 1 and "INVALID_CONFIG" in result.stderr
    assert "Did you mean" in result.stderr
    assert "MODEL_NOT_FOUND" in online("-m", "steps", "prefetch", "lab/none").stderr
