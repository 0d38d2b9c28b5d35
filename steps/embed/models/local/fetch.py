"""Find a checkpoint on this machine, or fetch it from the model hub."""

import os
from pathlib import Path
from shutil import rmtree

from steps.embed.models import Options
from steps.embed.models.catalogue import Model, file_name
from steps.embed.models.local.checkpoint import Checkpoint, has_weights, in_hub_cache
from steps.errors import StepError

#: Configuration, tokenizer, code and weights; not the weights for other libraries.
WANTED = ("*.json", "*.txt", "*.model", "*.py", "*.safetensors", "pytorch_model*.bin")


def find(model: Model, options: Options) -> Checkpoint:
    """The checkpoint of `model`; it is fetched if it is nowhere and `options.offline` is not set.

    Raises:
        StepError: MODEL_NOT_FOUND, with the command that fetches it.
    """
    if options.offline:
        # For all that is imported from here on, and for worker processes.
        os.environ["HF_HUB_OFFLINE"] = "1"
    if options.models:
        folder = Path(options.models) / file_name(model.name)
        if folder.is_dir():
            return Checkpoint(_complete(folder, model, options))
    if cached := in_hub_cache(model.checkpoint):
        return cached
    if options.offline:
        raise _not_found(model, options, f"The checkpoint of {model.name} is not here")
    return fetch(model)


def _complete(folder: Path, model: Model, options: Options) -> Path:
    if not (folder / "config.json").is_file() or not has_weights(folder):
        raise _not_found(model, options, f"The folder {folder} lacks config.json or weights")
    return folder


def _not_found(model: Model, options: Options, what: str) -> StepError:
    where = f" MODELS={options.models}" if options.models else ""
    return StepError(
        "MODEL_NOT_FOUND",
        f"{what}; fetch it with: make prefetch EMBEDDER={model.name}{where}",
    )


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


def _download(model: Model, **place: Path) -> str:
    from huggingface_hub import HfApi, snapshot_download

    names = HfApi().list_repo_files(model.checkpoint)
    both = any(name.endswith(".safetensors") for name in names)
    folder: str = snapshot_download(
        model.checkpoint,
        allow_patterns=list(WANTED),
        # The same weights once more.
        ignore_patterns=["*.bin", "*.bin.index.json"] if both else None,
        **place,
    )
    return folder
