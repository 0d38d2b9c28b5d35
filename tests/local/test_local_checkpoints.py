"""Finding checkpoints, and what is said when there is none, or none of use."""

import json
import shutil
import socket
import subprocess
import sys

import pytest
from safetensors.torch import load_file, save_file
from transformers import BertConfig

import tests.support.tiny as tiny
from steps.embed.models import Options, local
from steps.embed.models.catalogue import find_model
from steps.embed.models.local import Embedder
from steps.embed.models.local.checkpoint import CHECKSUMS, Checkpoint, checksums
from steps.embed.models.local.families import family_of
from steps.embed.models.local.fetch import find
from steps.embed.models.local.network import Network
from steps.errors import StepError

pytestmark = pytest.mark.local
COMMIT = "0123456789" * 4


def embedder(name, models="", offline=True, **choices):
    return Embedder(find_model(name), Options(models=str(models), offline=offline), **choices)


def refusal(embedder, *sequences):
    with pytest.raises(StepError) as caught:
        list(embedder.embed(sequences or ["MKV"], lambda _: None))
    return caught.value


@pytest.fixture
def cached(models, monkeypatch, tmp_path):
    """A cache of the hub that has ESM-2 8M."""
    place = tmp_path / "models--facebook--esm2_t6_8M_UR50D"
    shutil.copytree(models / "esm2_8m", place / "snapshots" / COMMIT)
    (place / "refs").mkdir()
    (place / "refs" / "main").write_text(COMMIT)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    return place / "snapshots" / COMMIT


def test_the_cache_of_the_hub_is_used_without_a_folder(cached, tmp_path):
    for models in ("", tmp_path / "empty"):
        found = find(find_model("esm2_8m"), Options(models=str(models), offline=True))
        assert found == Checkpoint(cached, COMMIT) and found.version == f"commit {COMMIT}"


def test_a_cache_without_all_weights_is_none(cached):
    (cached / "model.safetensors").rename(cached / "model-00001-of-00002.safetensors")
    parts = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    (cached / "model.safetensors.index.json").write_text(json.dumps({"weight_map": parts}))
    assert refusal(embedder("esm2_8m")).code == "MODEL_NOT_FOUND"
    (cached / "model-00002-of-00002.safetensors").touch()
    assert find(find_model("esm2_8m"), Options(offline=True)).folder == cached


def test_a_slash_in_a_name_is_two_hyphens_in_the_folder(models, tmp_path):
    (tmp_path / "lab--model").symlink_to(models / "esm2_8m")
    assert embedder("lab/model", tmp_path).checkpoint.folder == tmp_path / "lab--model"


def test_what_is_missing_is_named_with_the_command_that_fetches_it(tmp_path):
    error = refusal(embedder("esm2_8m"))
    assert error.code == "MODEL_NOT_FOUND"
    assert error.message.endswith("make prefetch EMBEDDER=esm2_8m")
    error = refusal(embedder("esm2_8m", tmp_path))
    assert error.message.endswith(f"make prefetch EMBEDDER=esm2_8m MODELS={tmp_path}")


def test_an_incomplete_folder_is_not_taken(models, tmp_path):
    shutil.copytree(models / "esm2_8m", tmp_path / "esm2_8m")
    (tmp_path / "esm2_8m" / "model.safetensors").unlink()
    assert "lacks config.json or weights" in refusal(embedder("esm2_8m", tmp_path)).message


def test_damaged_weights_are_not_used(models, tmp_path):
    shutil.copytree(models / "esm2_8m", tmp_path / "esm2_8m")
    weights = tmp_path / "esm2_8m" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    error = refusal(embedder("esm2_8m", tmp_path))
    assert error.code == "MODEL_NOT_FOUND" and "cannot be loaded" in error.message


def test_weights_that_lack_a_layer_are_not_filled_with_random_numbers(models, tmp_path):
    shutil.copytree(models / "esm2_8m", tmp_path / "esm2_8m")
    weights = tmp_path / "esm2_8m" / "model.safetensors"
    tensors = load_file(weights)
    kept = {name: it for name, it in tensors.items() if "layer.1.output.dense.bias" not in name}
    assert len(kept) == len(tensors) - 1
    save_file(kept, weights, metadata={"format": "pt"})
    assert "weights are missing" in refusal(embedder("esm2_8m", tmp_path)).message


def test_unreachable_hub_is_said_with_its_remedy(monkeypatch):
    # The hub's client tries again after a while.
    monkeypatch.setattr("time.sleep", lambda _: None)
    error = refusal(embedder("lab/model", offline=False))
    assert error.code == "MODEL_NOT_FOUND" and "could not be fetched" in error.message


def test_offline_makes_no_connection(models):
    with socket.create_server(("127.0.0.1", 0)) as hub:
        hub.settimeout(0.1)
        code = (
            "import sys; from steps.embed.models import Options, get_embedder\n"
            f"options = Options(backend='local', models={str(models)!r}, offline=True)\n"
            "for name in sys.argv[1:]:\n"
            "    print(*get_embedder(name, options).embed(['MKV'], print))\n"
        )
        address = f"http://127.0.0.1:{hub.getsockname()[1]}"
        subprocess.run(
            [sys.executable, "-c", code, *tiny.BUILDERS],
            env={"HF_ENDPOINT": address, "PATH": "", "HF_HOME": str(models / ".hub")},
            check=True,
        )
        with pytest.raises(TimeoutError):
            hub.accept()


def test_the_version_of_a_folder_is_that_of_its_files(models, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(models / "esm2_8m", folder)
    before = Checkpoint(folder).version
    (folder / CHECKSUMS).write_text(checksums(folder))
    (folder / ".hidden").write_text("x")
    assert Checkpoint(folder).version == before == Checkpoint(models / "esm2_8m").version
    (folder / "vocab.txt").write_text("other")
    assert Checkpoint(folder).version != before


@pytest.mark.parametrize(
    ("built", "family"),
    [
        ("esm2_8m", "esm"),
        ("prot_t5", "prot_t5"),
        ("prost_t5", "prost_t5"),
        ("ankh_base", "ankh"),
    ],
)
def test_the_family_of_an_unknown_name_is_found_in_the_files(models, built, family):
    assert family_of(find_model("lab/model"), Checkpoint(models / built)) == family


@pytest.mark.parametrize("kind", ["bert", "esmc"])
def test_other_architectures_are_refused(models, tmp_path, kind):
    place = tmp_path / "lab--model"
    shutil.copytree(models / "esmc_300m", place)
    if kind == "bert":
        BertConfig().save_pretrained(place)
    error = refusal(embedder("lab/model", tmp_path))
    assert error.code == "MODEL_NOT_SUPPORTED" and "biocentral" in error.message


def test_long_sequences_are_refused_where_positions_end(tmp_path):
    tiny.esm(tmp_path / "lab--old", position_embedding_type="absolute", max_position_embeddings=34)
    old = embedder("lab/old", tmp_path)
    ((_, vectors),) = old.embed(["M" * 30], lambda _: None)
    assert vectors.shape == (1, 64)
    assert refusal(old, "M" * 31).code == "SEQUENCE_TOO_LONG"


def test_without_pytorch_the_installation_is_named(monkeypatch):
    monkeypatch.setattr(local, "find_spec", lambda name: None)
    with pytest.raises(StepError, match=r"pip install '\.\[local\]'") as caught:
        embedder("esm2_8m")
    assert caught.value.code == "PYTORCH_MISSING"


def test_code_of_a_checkpoint_runs_for_the_two_names_alone(models, tmp_path, monkeypatch):
    shutil.copytree(models / "esmc_300m", tmp_path / "lab--model")
    config = tmp_path / "lab--model" / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"model_type": "t5"}))
    with pytest.raises((StepError, ValueError, OSError)):
        Network(tmp_path / "lab--model", "ankh", "cpu", "float32")
