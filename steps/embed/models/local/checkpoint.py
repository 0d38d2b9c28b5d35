"""Where a model's checkpoint lies: in a folder of the user, or in the cache of the model hub."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

#: The list of checksums that `steps.preload.prefetch` writes; `sha256sum --check` reads it.
CHECKSUMS = "SHA256SUMS"


@dataclass(frozen=True)
class Checkpoint:
    """A folder with configuration, weights and tokenizer; `commit` where the hub knows one."""

    folder: Path
    commit: str | None = None

    @cached_property
    def version(self) -> str:
        """The hub's commit, or a SHA-256 of all files, which are read for it."""
        if self.commit:
            return f"commit {self.commit}"
        return f"sha256 {hashlib.sha256(checksums(self.folder).encode()).hexdigest()}"

    @cached_property
    def config(self) -> dict[str, Any]:
        """The configuration of the model, as transformers keeps it."""
        text = (self.folder / "config.json").read_text(encoding="utf-8")
        config: dict[str, Any] = json.loads(text)
        return config


def in_hub_cache(repository: str) -> Checkpoint | None:
    """Return what an earlier download left in the cache of the hub, if it is complete."""
    from huggingface_hub import try_to_load_from_cache

    config = try_to_load_from_cache(repository, "config.json")
    if not isinstance(config, str) or not has_weights(Path(config).parent):
        return None
    return Checkpoint(Path(config).parent, commit=Path(config).parent.name)


def has_weights(folder: Path) -> bool:
    """Whether all files of the weights are there, be they one or several."""
    for index in folder.glob("*.index.json"):
        parts = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
        if all((folder / part).is_file() for part in parts):
            return True
    return any((folder / name).is_file() for name in ("model.safetensors", "pytorch_model.bin"))


def checksums(folder: Path) -> str:
    """A line `SHA-256  name` for each file, in the order of names; hidden files do not count."""
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    shown = sorted(name for name in names if name != CHECKSUMS and not f"/{name}".count("/."))
    return "".join(f"{_sha256(folder / name)}  {name}\n" for name in shown)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
