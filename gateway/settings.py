"""Settings from the environment, with the hosted service's names and defaults."""

import os
import re
from ipaddress import ip_network
from math import ceil
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from limits import parse_many
from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from steps.config import defaults

#: ProtSpace's privacy page promises that uploads and bundles are gone after two hours at most.
PUBLISHED_RETENTION_SECONDS = 7200

#: The stages of a run, in the order that clients see them; the one list of their names.
Stage = Literal["normalizing", "embedding", "annotating", "projecting", "bundling"]

#: Form fields by which an upload chooses.
Choice = Literal["embedders", "methods", "annotations"]
CHOICES = get_args(Choice)

#: Form fields of which an upload has one: what its proteins are.
Input = Literal["file", "accessions", "query", "embeddings"]
#: Those that are files.
FILES: tuple[Input, ...] = ("file", "embeddings")

#: Form fields of files that an upload may have beside that.
Own = Literal["table", "styles"]

_MAP_NAME = re.compile(r"[A-Za-z0-9][\w-]{0,39}", re.ASCII)

Positive = Annotated[int, Field(ge=1)]
NotNegative = Annotated[int, Field(ge=0)]
Names = Annotated[list[str], NoDecode]


def _number(value: object) -> object:
    return int(str(value)) if str(value).isdecimal() else value


class Settings(BaseSettings):
    """Every variable, its default and its meaning. An empty variable means its default."""

    model_config = SettingsConfigDict(env_prefix="PREP_", env_ignore_empty=True, extra="ignore")

    job_root: Path = Field(Path("runs"), description="Folder of the run directories.")
    max_concurrent_jobs: Positive = Field(5, description="Runs at a time.")
    max_pending_jobs: Positive = Field(
        50, description="Runs that may run and wait, taken together; then 503."
    )
    cores: Positive = Field(2, description="Cores of one run on this machine.")
    profile: str | None = Field(
        None,
        description="Folder of a Snakemake profile for the runs, such as one for SLURM "
        "(docs/clusters.md); it must set `jobs` or `cores`.",
    )
    shard_size: NotNegative | None = Field(
        None,
        description="Proteins of one job of the cluster (see the configuration). By default 20000 "
        "with PREP_PROFILE, else 0.",
    )
    bundle_ttl_seconds: Positive = Field(3600, description="How long a finished run is kept.")
    sweep_interval_seconds: Positive = Field(300, description="How often old runs are removed.")
    pipeline_timeout_seconds: Positive = Field(420, description="Time limit of a run.")
    stage_timeout_seconds: Annotated[dict[Stage, Positive], NoDecode] = Field(
        {}, description="Time limits of single stages, written `embedding=300,projecting=120`."
    )
    max_attempts: Positive = Field(
        3, description="How often a run is started that is interrupted from outside each time."
    )
    step_memory_mb: NotNegative | None = Field(
        None,
        description="Address space of a step in MB; 0 means no limit. By default 16384, several "
        "times what the largest upload needs; none with the backend `local`, since GPU libraries "
        "reserve far more than they use.",
    )
    step_file_mb: NotNegative | None = Field(
        None,
        description="Largest file that a step may write, in MB; 0 means no limit. By default "
        "4096, or twice the cache where that is a file: it grows in steps, too.",
    )
    step_processes: NotNegative = Field(
        8192,
        description="Processes and threads that the gateway's user may have for a step to start "
        "another; 0 means no limit. The system counts all of that user, so a small number would "
        "stop runs beside each other; root is not limited.",
    )
    delete_after_download: bool = Field(
        True,
        description="Remove a run after one complete download of its bundle, where its upload "
        "does not say (`keep`).",
    )
    download_grace_seconds: NotNegative = Field(
        60, description="How long after it: browsers repeat a download by themselves."
    )
    abandon_seconds: NotNegative = Field(
        0, description="Cancel a run that nobody has followed for this long; 0 means never."
    )
    max_streams_per_client: Positive = Field(
        250, description="Streams of events that one client address may hold at a time."
    )
    max_streams_per_run: Positive = Field(
        250, description="Streams of events of one job at a time, of all clients."
    )
    max_connections: Positive = Field(
        1200, description="Connections at a time, followers of jobs included; then 503."
    )
    upload_seconds: Positive = Field(120, description="How long an upload may take to arrive.")
    upload_max_bytes: Positive = Field(8388608, description="Largest FASTA file, counted unpacked.")
    embeddings_max_bytes: Positive = Field(
        33554432, description="Largest file of embeddings, counted unpacked."
    )
    table_max_bytes: NotNegative = Field(
        4194304, description="Largest table of annotations beside an upload; 0 takes none."
    )
    table_max_rows: Positive = Field(50000, description="Most lines of such a table.")
    table_max_columns: Positive = Field(100, description="Most columns of such a table.")
    styles_max_bytes: NotNegative = Field(
        1048576, description="Largest file of styles beside an upload; 0 takes none."
    )
    sequence_min_count: Positive = Field(20, description="Fewest sequences.")
    sequence_max_count: Positive = Field(1500, description="Most sequences.")
    sequence_max_residues: Positive = Field(2000, description="Most residues of a sequence.")
    sequence_max_total_residues: Positive = Field(1500000, description="Most residues altogether.")
    allowed_inputs: Annotated[list[Input], NoDecode] = Field(
        ["file", "accessions", "query", "embeddings"],
        min_length=1,
        description="What an upload may be: `file` (FASTA), `accessions` (a list), `query`, for "
        "which the server asks UniProt, or `embeddings` (HDF5).",
    )
    embedder: str = Field("prot_t5", description="Embedder where the upload names none.")
    methods: Names = Field(["pca2", "umap2"], description="Projections where it names none.")
    annotations: Names = Field(
        ["default", "header", "sequence"], description="Annotations where it names none."
    )
    allowed_embedders: Names = Field(
        [*("prot_t5", "prost_t5", "esm2_8m", "esm2_150m", "esm2_650m"), "kmers", "composition"],
        description="Embedders that an upload may choose.",
    )
    backend: Literal["biocentral", "local"] = Field(
        defaults.BACKEND, description="Where language models run (see the configuration)."
    )
    biocentral_url: str = Field(
        defaults.BIOCENTRAL_URL, description="The Biocentral server that embeds and predicts."
    )
    models: str = Field("", description="Folder with checkpoints for the backend `local`.")
    offline: bool = Field(False, description="Runs make no connection.")
    cache: str | None = Field(
        None,
        description="Where runs keep embeddings for later ones: a file, a PostgreSQL address, or "
        "`none`. By default a file in the folder of the run directories.",
    )
    cache_scope: Literal["shared", "upload"] = Field(
        "shared",
        description="Who finds what a run keeps there: all later runs, or with `upload` nobody "
        "else: then nothing outlives its run, and PREP_CACHE is not used (docs/privacy.md).",
    )
    cache_seconds: Positive | None = Field(
        None,
        description="How long they are kept. By default as long as ProtSpace's privacy page lets "
        "uploads be kept, less what removing them may take.",
    )
    cache_gigabytes: Annotated[float, Field(gt=0)] = Field(
        defaults.CACHE_GIGABYTES,
        description="Size of the cache; what was not used for longest goes first.",
    )
    allowed_methods: Names = Field(
        ["pca2", "umap2", "tsne2", "mds2", "pacmap2", "localmap2"],
        description="Projections that an upload may choose.",
    )
    allowed_annotations: Names = Field(
        ["default", "all", "uniprot", "taxonomy", "interpro", "ted", "header", "sequence"],
        description="Annotations that an upload may choose.",
    )
    base_maps: Annotated[dict[str, str], NoDecode] = Field(
        {},
        description="Maps that an upload can join, written `toxins=/a/results/toxins,other=/b`: "
        "names, and results of earlier runs (docs/growing.md).",
    )
    bundle_format: Annotated[Literal[3, 2], BeforeValidator(_number)] = Field(
        defaults.BUNDLE_FORMAT,
        description="Container of the bundles: 3 is what current ProtSpace web apps open without a "
        "notice; 2 is for whoever serves release 4.12, which opens nothing else.",
    )
    rate_limit: str = Field("5/15minutes", description="Accepted uploads per client address.")
    refused_rate_limit: str = Field(
        "60/15minutes", description="Uploads per client address, refused ones included."
    )
    rate_limit_ipv6_prefix: int = Field(
        64, ge=1, le=128, description="IPv6 addresses with so many leading bits are one client."
    )
    trusted_proxies: Names = Field(
        [], description="Addresses or networks whose X-Forwarded-For is believed."
    )
    cors_allowed_origin: Names = Field(
        [], validation_alias="CORS_ALLOWED_ORIGIN", description="Origins of web apps, comma list."
    )
    allowed_hosts: Names = Field(
        [], description="Names that this server is called by (header Host); empty is any."
    )
    api_token: SecretStr | None = Field(None, description="Bearer token needed to submit.")
    force_polling: bool = Field(
        False,
        description="Poll for changes, as network file systems need it; always with PREP_PROFILE.",
    )
    min_free_bytes: NotNegative = Field(
        536870912, description="Free disk space below which uploads get 507 and /readyz says no."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Log level."
    )
    log_json_format: bool = Field(False, description="Log lines as JSON.")

    @field_validator(
        "methods",
        "annotations",
        "allowed_inputs",
        "allowed_embedders",
        "allowed_methods",
        "allowed_annotations",
        "trusted_proxies",
        "cors_allowed_origin",
        "allowed_hosts",
        mode="before",
    )
    @classmethod
    def _comma_list(cls, value: object) -> object:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @field_validator("stage_timeout_seconds", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [part.strip().partition("=") for part in value.split(",") if part.strip()]
        names = [name.strip() for name, _, _ in pairs]
        wrong = [name for name in names if name not in get_args(Stage) or names.count(name) > 1]
        if wrong or not all(seconds.strip().isdecimal() for _, _, seconds in pairs):
            stages = ", ".join(get_args(Stage))
            raise ValueError(f"must be written like embedding=300,projecting=120; stages: {stages}")
        return {name: int(seconds) for name, (_, _, seconds) in zip(names, pairs, strict=True)}

    @field_validator("base_maps", mode="before")
    @classmethod
    def _named_paths(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [part.strip().partition("=") for part in value.split(",") if part.strip()]
        names = [name.strip() for name, _, _ in pairs]
        for name, (_, _, path) in zip(names, pairs, strict=True):
            if not _MAP_NAME.fullmatch(name) or not path.strip():
                raise ValueError(
                    "must be written like toxins=/a/results/toxins,other=/b. A name has up to 40 "
                    f"letters, digits, '-' and '_', which '{name}' is not, or it has no path; a "
                    "path with a comma needs a link to it without one"
                )
            if names.count(name) > 1:
                raise ValueError(f"has the name '{name}' twice. Give each map another name")
        return {name: path.strip() for name, (_, _, path) in zip(names, pairs, strict=True)}

    @field_validator("rate_limit", "refused_rate_limit")
    @classmethod
    def _rate(cls, value: str) -> str:
        try:
            (rate,) = parse_many(value)
        except ValueError:
            raise ValueError("must be one rate, written like 5/15minutes") from None
        if rate.amount < 1:
            raise ValueError("must allow at least one upload")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: list[str]) -> list[str]:
        for entry in value:
            try:
                ip_network(entry, strict=False)
            except ValueError:
                raise ValueError(f"'{entry}' is no address or network like 10.0.0.0/8") from None
        return value

    @field_validator("profile")
    @classmethod
    def _folder(cls, value: str | None) -> str | None:
        if value is not None and not Path(value).is_dir():
            raise ValueError("must be a folder with a Snakemake profile")
        return value

    @model_validator(mode="after")
    def _counts_leave_room(self) -> Self:
        if self.sequence_min_count > self.sequence_max_count:
            raise ValueError("PREP_SEQUENCE_MIN_COUNT is above PREP_SEQUENCE_MAX_COUNT. Lower it")
        return self

    @model_validator(mode="after")
    def _retention_can_be_kept(self) -> Self:
        worst = (
            self.pipeline_timeout_seconds + self.bundle_ttl_seconds + self.sweep_interval_seconds
        )
        if worst > PUBLISHED_RETENTION_SECONDS:
            raise ValueError(
                f"PREP_PIPELINE_TIMEOUT_SECONDS + PREP_BUNDLE_TTL_SECONDS + "
                f"PREP_SWEEP_INTERVAL_SECONDS is {worst} s, but ProtSpace's privacy page promises "
                f"that uploads are gone after {PUBLISHED_RETENTION_SECONDS} s. Lower one of them"
            )
        return self

    @model_validator(mode="after")
    def _cache_may_be_written(self) -> Self:
        if self.step_file_mb and self._cache_is_file and self.step_file_mb < self._cache_mb:
            raise ValueError(
                f"PREP_STEP_FILE_MB is {self.step_file_mb}, but the cache may have "
                f"{self._cache_mb} MB, and steps write it. Raise it, or lower PREP_CACHE_GIGABYTES"
            )
        return self

    @property
    def _cache_is_file(self) -> bool:
        shared = self.cache_scope == "shared" and self.cache != "none"
        return shared and "://" not in (self.cache or "")

    @property
    def _cache_mb(self) -> int:
        return ceil(self.cache_gigabytes * 1024)

    @property
    def memory_limit(self) -> int:
        """Return the address space of a step in MB; 0 means no limit."""
        default = 0 if self.backend == "local" else 16384
        return default if self.step_memory_mb is None else self.step_memory_mb

    @property
    def file_limit(self) -> int:
        """Return the size of the largest file of a step in MB; 0 means no limit."""
        default = max(4096, 2 * self._cache_mb if self._cache_is_file else 0)
        return default if self.step_file_mb is None else self.step_file_mb

    @property
    def effective_shard_size(self) -> int:
        """Return the proteins of one job of the cluster; 0 means one job for each data set."""
        default = 20000 if self.profile else 0
        return default if self.shard_size is None else self.shard_size

    def most_bytes(self, name: Input) -> int:
        """Return the size of the largest file of an upload, packed or not."""
        return self.embeddings_max_bytes if name == "embeddings" else self.upload_max_bytes

    def most_own_bytes(self, name: Own) -> int:
        """Return the size of the largest table or file of styles; 0 means that none is taken."""
        return self.table_max_bytes if name == "table" else self.styles_max_bytes

    @property
    def body_max_bytes(self) -> int:
        """Return the size of the largest upload, whatever it is, with all that may be beside it."""
        own = sum(map(self.most_own_bytes, get_args(Own)))
        return max(self.most_bytes(name) for name in self.allowed_inputs) + own

    @property
    def polls(self) -> bool:
        """Return whether files may change from another machine, which only polling notices."""
        return self.force_polling or self.profile is not None


class SettingsError(Exception):
    """A setting is not allowed; the message names its variable."""


def read_variables() -> Settings:
    """Return the settings of this process's environment.

    Raises:
        SettingsError: a value is not allowed.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError(" ".join(_sentence(fault) for fault in error.errors())) from None


def _sentence(fault: ErrorDetails) -> str:
    reason = fault["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    if not fault["loc"]:
        return f"{reason}."
    return f"{variable(str(fault['loc'][0]))}={str(fault['input'])!r}: {reason}."


def variable(name: str) -> str:
    """Return the environment variable of a field."""
    alias = Settings.model_fields[name].validation_alias if name in Settings.model_fields else name
    return str(alias) if alias else f"PREP_{name.upper()}"


def unknown_variables() -> list[str]:
    """Return the PREP_* variables that are set but belong to no field."""
    known = {variable(name) for name in Settings.model_fields}
    return sorted(name for name in os.environ if name.startswith("PREP_") and name not in known)
