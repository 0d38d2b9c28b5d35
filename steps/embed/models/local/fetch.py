"""Fetching a checkpoint from the model hub."""

from pathlib import Path
from shutil import rmtree

from steps.embed.models.catalogue import Model, file_name
from steps.embed.models.local.checkpoint import Checkpoint
from steps.errors import StepError

#: Configuration, tokenizer, code and weights; not the weights for other libraries.
WANTED = ("*.json", "*.txt", "*.model", "*.py", "*.safetensors", "pytorch_model*.bin")


def fetch(model: Model, models: Path | None = None) -> Checkpoint:
    """Fetch into the folder `models`, or into the hub's cache; nothing is fetched twice.

    Raises:
        StepError: MODEL_NOT_FOUND, with what the hub or the network said.
    """
    # The hub's errors are OSErrors or ValueErrors, those of its HTTP client are neither; what
    # that client is depends on the version.
    try:
        return _into_folder(model, models) if models else _into_cache(model)
    except Exception as error:
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise StepError(
            "MODEL_NOT_FOUND",
            f"{model.checkpoint} could not be fetched from the model hub ({said}). Check the name "
            f"and the connection, or copy the checkpoint to <models>/{file_name(model.name)}.",
        ) from error


def _into_cache(model: Model) -> Checkpoint:
    folder = Path(_download(model))
    return Checkpoint(folder, commit=folder.name)


def _into_folder(model: Model, models: Path) -> Checkpoint:
    """Through a hidden folder of a constant name, so that a broken download is continued."""
    place = models / file_name(model.name)
    staged = place.with_name(f".{place.name}.part")
    if not place.exists():
        _download(model, local_dir=staged)
        rmtree(staged / ".cache", ignore_errors=True)
        staged.rename(place)
    return Checkpoint(place)


def _download(model: Model, **place) -> str:
    from huggingface_hub import HfApi, snapshot_download

    names = HfApi().list_repo_files(model.checkpoint)
    both = any(name.endswith(".safetensors") for name in names)
    return snapshot_download(
        model.checkpoint,
        allow_patterns=list(WANTED),
        # The same weights once more.
        ignore_patterns=["*.bin", "*.bin.index.json"] if both else None,
        **place,
    )
