"""From the settings of the gateway to the configuration of a run."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypedDict

import yaml

from gateway.settings import (
    CHOICES,
    PUBLISHED_RETENTION_SECONDS,
    Choice,
    Own,
    Settings,
    SettingsError,
    read_variables,
)
from steps.config.model import Config, load
from steps.errors import StepError
from steps.normalize.limits import Limits


def read_settings() -> Settings:
    """Return the settings of this process, whose choices the pipeline knows.

    Raises:
        SettingsError: a value is not allowed, or names something that the pipeline does not know.
    """
    settings = read_variables()
    _check_choices(settings, {}, "PREP_")
    offered = {name: getattr(settings, f"allowed_{name}") for name in CHOICES}
    _check_choices(settings, offered, "PREP_ALLOWED_")
    return settings


def _check_choices(settings: Settings, chosen: dict[str, list[str]], prefix: str) -> None:
    """Check the defaults, or what an upload may choose, against the pipeline."""
    try:
        run_config(settings, **chosen)
    except StepError as error:
        named = re.sub(r"Key '(\w+)'", lambda match: prefix + match[1].upper(), error.message)
        raise SettingsError(named.replace("PREP_EMBEDDERS", "PREP_EMBEDDER")) from None


def run_config(settings: Settings, **chosen: object) -> Config:
    """Return the pipeline configuration of a run, but for its input.

    Args:
        chosen: values of keys, which go before those of the settings.

    Raises:
        StepError: INVALID_CONFIG.
    """
    limits = fasta_limits(settings)
    return load(
        {
            "input": "input.fasta",
            "backend": settings.backend,
            "biocentral_url": settings.biocentral_url,
            "models": settings.models,
            "offline": settings.offline,
            "shard_size": settings.effective_shard_size,
            **cache_config(settings),
            **default_choices(settings),
            "bundle_format": settings.bundle_format,
            **{name: getattr(limits, name) for name in Limits.__dataclass_fields__},
            **{name: value for name, value in chosen.items() if value not in ([], None)},
        }
    )


def write_run_config(
    folder: Path,
    source: str,
    chosen: Mapping[Choice, list[str]],
    settings: Settings,
    embedders: list[str] | None = None,
    own: Mapping[Own, str] = MappingProxyType({}),
    onto: Mapping[str, Any] = MappingProxyType({}),
) -> int:
    """Write the run's config.yaml; return the number of its embedders, each counted once.

    Its input is a file beside it, `source`: the folder gets another name when the run is admitted.
    With `embedders`, that file has their embeddings. `own` has the names of files beside it: the
    user's table of annotations, and styles. `onto` has the keys by which it joins a map.

    Raises:
        StepError: INVALID_CONFIG.
    """
    keys = dict(onto) | {str(name): values for name, values in chosen.items()}
    values = run_config(settings, **keys).model_dump() | {"input": source}
    if embedders:
        most = embedding_limits(settings).max_file_bytes
        values |= {"embedders": embedders, "max_file_bytes": most}
    if "table" in own:
        values |= {"annotations": [*values["annotations"], own["table"]]}
    if "styles" in own:
        values |= {"styles": own["styles"]}
    (folder / "config.yaml").write_text(yaml.safe_dump(values, sort_keys=False))
    return len(values["embedders"])


def default_choices(settings: Settings) -> dict[str, list[str]]:
    """Return the choices of an upload that makes none."""
    return {
        "embedders": [settings.embedder],
        "methods": settings.methods,
        "annotations": settings.annotations,
    }


def fasta_limits(settings: Settings) -> Limits:
    """Return the FASTA limits of an upload."""
    return Limits(
        min_sequences=settings.sequence_min_count,
        max_sequences=settings.sequence_max_count,
        max_length=settings.sequence_max_residues,
        max_total_residues=settings.sequence_max_total_residues,
        max_file_bytes=settings.upload_max_bytes,
    )


def embedding_limits(settings: Settings) -> Limits:
    """Return the limits of an upload of embeddings; rows by residue count as residues."""
    return replace(fasta_limits(settings), max_file_bytes=settings.embeddings_max_bytes)


class CacheConfig(TypedDict):
    """Keys of the configuration that are about the cache."""

    cache: str
    cache_days: float
    cache_gigabytes: float


def cache_config(settings: Settings) -> CacheConfig:
    """Return the cache keys of the configuration of all runs."""
    # The job that makes an embedding starts after the upload, and the sweeper comes at times.
    late = settings.pipeline_timeout_seconds + settings.sweep_interval_seconds
    seconds = settings.cache_seconds or PUBLISHED_RETENTION_SECONDS - late
    shared = settings.cache or str(settings.job_root.resolve() / ".store" / "store.sqlite")
    return {
        "cache": shared if settings.cache_scope == "shared" else "none",
        "cache_days": seconds / 86400,
        "cache_gigabytes": settings.cache_gigabytes,
    }
