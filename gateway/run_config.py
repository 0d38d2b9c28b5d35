"""From the settings of the gateway to the configuration of a run."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

import yaml

from gateway.settings import (
    CHOICES,
    PUBLISHED_RETENTION_SECONDS,
    Choice,
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


def run_config(settings: Settings, **chosen: list[str]) -> Config:
    """Return the pipeline configuration of a run, but for its input.

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
            **{name: values for name, values in chosen.items() if values},
            "bundle_format": settings.bundle_format,
            **{name: getattr(limits, name) for name in Limits.__dataclass_fields__},
        }
    )


def write_run_config(folder: Path, chosen: Mapping[Choice, list[str]], settings: Settings) -> int:
    """Write the run's config.yaml; return the number of its embedders, each counted once.

    Its input is the file beside it: the folder gets another name when the run is admitted.

    Raises:
        StepError: INVALID_CONFIG.
    """
    values = run_config(settings, **dict(chosen)).model_dump() | {"input": "input.fasta"}
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
