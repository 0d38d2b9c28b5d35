"""The one model of the configuration.

`config.yaml`, `config.schema.json` and `docs/configuration.md` are generated from it by
`scripts/generate.py`; the Snakefile builds it from what Snakemake merged.
"""

import json
import re
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from steps.annotate.groups import is_ours, is_table
from steps.annotate.remote.catalogue import REFERENCE_FOLDER, expand, sources_of
from steps.cache import check_cache
from steps.config.values import address, annotation, embedder, listed, servable, source, styles_file
from steps.embed.models import OWN, Options
from steps.embed.models.catalogue import file_name
from steps.errors import StepError, did_you_mean
from steps.normalize.fasta import Limits
from steps.project.methods import SIMILARITY, SIMILARITY_METHOD, canonical_method

Names = BeforeValidator(listed)
Count = Annotated[int, Field(ge=1)]


class Config(BaseModel):
    """Every key, its default and how to choose it. Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)

    input: str = Field(
        "examples/families.fasta",
        description="One FASTA file, a folder of them, or a sheet 'dataset<TAB>fasta' (.tsv). "
        "FASTA files may be gzip-compressed. Relative paths start at the working directory.",
    )
    embedders: Annotated[list[str], Names] = Field(
        ["composition"],
        min_length=1,
        description="How proteins become vectors: language models (prot_t5 prost_t5 esm2_8m "
        "esm2_35m esm2_150m esm2_650m esm2_3b ankh_base ankh_large ankh3_large esmc_300m "
        "esmc_600m, or any 'organisation/model'), or 'composition', which counts residues and "
        "pairs of residues: a fast baseline that needs no model, and not a language model.",
    )
    backend: Literal["biocentral", "local"] = Field(
        "biocentral",
        description="Where language models run: 'biocentral' sends the sequences to that server, "
        "'local' computes on this machine's GPU or CPU (needs the extra 'local').",
    )
    biocentral_url: Annotated[str, AfterValidator(address)] = Field(
        Options.biocentral_url, description="The Biocentral server, or one of your own."
    )
    requests_in_flight: int = Field(
        Options.requests_in_flight,
        ge=1,
        le=32,
        description="Batches (of at most 1,000 sequences) that Biocentral has at a time.",
    )
    models: str = Field(
        "",
        description="Folder of 'make prefetch': checkpoints for the backend 'local', one subfolder "
        "each, and reference files of annotations. Empty means the cache of the model hub, and "
        "that of protspace.",
    )
    offline: bool = Field(
        False, description="Make no connection: use only what is in the cache and on this disk."
    )
    cache: Annotated[str, AfterValidator(check_cache)] = Field(
        "default",
        description="Where embeddings are kept for later runs: 'default' (a file in your cache "
        "folder), the path of another file, 'postgresql://user@host/database' for several "
        "machines, or 'none'.",
    )
    cache_days: float = Field(
        90, gt=0, description="How long an entry of the cache is used before it is made again."
    )
    cache_gigabytes: float = Field(
        20, gt=0, description="Size of the cache; what was not used for longest goes first."
    )
    shard_size: int = Field(
        0,
        ge=0,
        description="Embed and look up so many proteins in a job of their own, for clusters; 0 "
        "means one job for each data set. The results are the same.",
    )
    methods: Annotated[list[str], Names] = Field(
        ["pca2", "umap2"],
        min_length=1,
        description="Projections: pca2 umap2 tsne2 mds2 pacmap2 localmap2, each with its own "
        "parameters if wished ('umap2:n_neighbors=50;min_dist=0.3').",
    )
    metric: Literal["euclidean", "cosine"] = Field(
        "euclidean",
        description="Distance between vectors for UMAP and t-SNE; cosine ignores their length.",
    )
    n_neighbors: int = Field(
        25,
        ge=2,
        description="UMAP, PaCMAP, LocalMAP: small shows fine structure (5), large the overall "
        "shape (100).",
    )
    min_dist: float = Field(
        0.1, ge=0, le=1, description="UMAP: 0 packs clusters tightly, 1 spreads their points."
    )
    random_state: int = Field(
        42, ge=0, lt=2**32, description="Seed of every method; the same seed gives the same bytes."
    )
    annotations: Annotated[list[str], Names] = Field(
        ["default", "header", "sequence"],
        description="What to colour by: protspace's groups (default all uniprot taxonomy interpro "
        "ted biocentral) or single annotations (pfam genus ...), fetched; 'header' (names, "
        "organism from the FASTA header), 'sequence' (length, mass, charge, ...); and your own "
        "tables (.csv, .tsv; first column the identifier). On a name clash your table wins, then "
        "what is fetched, then the header, then the sequence; each fills the gaps of the former.",
    )
    annotation_days: float = Field(
        30, ge=0, description="Fetched annotations older than this are fetched again."
    )
    refetch: Annotated[list[str], Names] = Field(
        [],
        description="Sources to ask again whatever the cache has: uniprot taxonomy interpro ted "
        "biocentral.",
    )
    strict_annotations: bool = Field(
        False,
        description="Fail where a source does not answer; otherwise its columns have gaps, and "
        "the run says so.",
    )
    statistics: bool = Field(
        False,
        description="Score how far the maps can be trusted: how well each keeps neighbours, how "
        "well annotations separate; adds automatic clusters to colour by.",
    )
    transfer: Annotated[list[str], Names] = Field(
        [],
        description="Annotations whose gaps are filled from the nearest protein that has a value, "
        "by the vectors of the first embedder (EAT). What is filled in is marked as predicted.",
    )
    similarity: bool = Field(
        False,
        description="One more map, of the sequences themselves: identities of all pairs by "
        "MMseqs2, placed by MDS; for up to 5,000 proteins.",
    )
    styles: Annotated[str, AfterValidator(styles_file)] = Field(
        "",
        description="JSON file with colours, shapes and order of the values of annotations, as "
        "`protspace style` takes it.",
    )
    bundle_format: Literal[3, 2] = Field(
        3,
        description="Container of the bundle: 3 is protspace's current one; 2 is for ProtSpace "
        "web apps that cannot open it yet (4.12 cannot).",
    )
    min_sequences: Count | None = Field(
        None, description="Refuse inputs with fewer sequences (TOO_FEW_SEQUENCES)."
    )
    max_sequences: Count | None = Field(
        None, description="Refuse inputs with more sequences (TOO_MANY_SEQUENCES)."
    )
    max_length: Count | None = Field(
        None, description="Refuse sequences with more residues than this (SEQUENCE_TOO_LONG)."
    )
    max_total_residues: Count | None = Field(
        None, description="Refuse inputs with more residues altogether (TOTAL_RESIDUES_EXCEEDED)."
    )
    max_file_bytes: Count | None = Field(
        None, description="Refuse files that are larger, counted unpacked (FILE_TOO_LARGE)."
    )

    @property
    def limits(self) -> Limits:
        return Limits(**{name: getattr(self, name) for name in Limits.__dataclass_fields__})

    @property
    def limit_options(self) -> list[str]:
        """The limits as options of `steps.normalize.step`."""
        return [
            f"--{name.replace('_', '-')}={value}"
            for name, value in asdict(self.limits).items()
            if value is not None
        ]

    @property
    def projection_options(self) -> list[str]:
        """What all methods share, as options of `steps.project.step`."""
        names = ("metric", "n_neighbors", "min_dist", "random_state")
        return [f"--{name.replace('_', '-')}={getattr(self, name)}" for name in names]

    @property
    def embedder_files(self) -> list[str]:
        """The embedders as they stand in paths."""
        return [file_name(name) for name in self.embedders]

    @property
    def projections(self) -> list[str]:
        """All maps as they stand in paths: `<embedder>.<method>`."""
        maps = [f"{embedder}.{name}" for embedder in self.embedder_files for name in self.methods]
        return [*maps, f"{SIMILARITY}.{SIMILARITY_METHOD}"] if self.similarity else maps

    @property
    def branches(self) -> list[str]:
        """The optional rules that are asked for, in the order of the DAG."""
        names = ("similarity", "statistics", "transfer", "styles")
        return [name for name in names if getattr(self, name)]

    @property
    def embedding_threads(self) -> int:
        """How many a job may use; Snakemake lowers it to what there is."""
        return 16 if self.backend == "local" else 1

    def gpus(self, wildcards: object) -> int:
        """How many a cluster must give to an embed job."""
        return int(self.backend == "local" and wildcards.embedder not in OWN)

    @property
    def embedding_options(self) -> list[str]:
        """What decides a language model's vectors, as options of `steps.embed.step`."""
        names = ("backend", "biocentral_url", "models")
        return [f"--{name.replace('_', '-')}={getattr(self, name)}" for name in names]

    def store_options(self, wildcards: object, output: object) -> list[str]:
        """What changes no result, only how it is come by, as options of the steps that fetch.

        Its parameters are what Snakemake gives to a function of a rule's `params`. By `output` it
        counts as derived from the job's files, whose own changes decide about running again.
        """
        names = ("cache", "cache_days", "cache_gigabytes")
        options = [f"--{name.replace('_', '-')}={getattr(self, name)}" for name in names]
        return [*options, "--offline"] if self.offline else options

    def request_options(self, wildcards: object, output: object) -> list[str]:
        """The same for `steps.embed.step` alone."""
        return [f"--requests-in-flight={self.requests_in_flight}"]

    @property
    def annotation_options(self) -> list[str]:
        """What decides the annotations, as options of `steps.annotate.step`."""
        options = ["--annotations", *self.annotations, f"--annotation-days={self.annotation_days}"]
        options += ["--refetch", *self.refetch] if self.refetch else []
        if self.models and self.asks_sources:
            options.append(f"--references={Path(self.models) / REFERENCE_FOLDER}")
        if "biocentral" in sources_of(expand(self.annotations)):
            # For the others a change of the address is none of theirs.
            options.append(f"--biocentral-url={self.biocentral_url}")
        return [*options, "--strict"] if self.strict_annotations else options

    @property
    def asks_sources(self) -> bool:
        """Whether any annotation comes from a remote source."""
        return any(not is_ours(name) for name in self.annotations)

    @property
    def annotation_tables(self) -> list[str]:
        """Paths of the user's own tables among `annotations`."""
        return [name for name in self.annotations if is_table(name)]

    def to_json(self) -> str:
        """All keys as one line of JSON; loading it gives this configuration again."""
        return json.dumps(self.model_dump(), ensure_ascii=False)


def load(values: dict[str, Any]) -> Config:
    """Check the merged configuration; make paths absolute and methods canonical.

    Raises:
        StepError: INVALID_CONFIG, one sentence for each fault: key, value, what is allowed.
    """
    try:
        config = Config.model_validate(dict(values))
    except ValidationError as error:
        raise _invalid([_sentence(fault) for fault in error.errors()]) from None
    faults: list[str] = []
    changes = {
        "input": str(Path(config.input).absolute()),
        "embedders": _each("embedders", config.embedders, embedder, faults),
        "models": str(Path(config.models).absolute()) if config.models else "",
        "styles": str(Path(config.styles).absolute()) if config.styles else "",
        "methods": _each("methods", config.methods, canonical_method, faults),
        "annotations": _each("annotations", config.annotations, annotation, faults),
        "refetch": _each("refetch", config.refetch, source, faults),
    }
    served = partial(servable, backend=config.backend)
    _each("embedders", changes["embedders"], served, faults)
    if faults:
        raise _invalid(faults)
    return config.model_copy(update=changes)


def _each(key: str, values: list[str], check, faults: list[str]) -> list[str]:
    checked = []
    for value in values:
        try:
            checked.append(check(value))
        except ValueError as error:
            faults.append(f"Key '{key}': {error}")
    return list(dict.fromkeys(checked))


def _invalid(sentences: list[str]) -> StepError:
    return StepError("INVALID_CONFIG", "The configuration is not valid. " + " ".join(sentences))


def _sentence(fault: dict) -> str:
    key = str(fault["loc"][0])
    if fault["type"] == "extra_forbidden":
        known = list(Config.model_fields)
        return f"Key '{key}' is unknown.{did_you_mean(key, known)} Known: {', '.join(known)}."
    if fault["type"] == "value_error":
        # Our own sentence; the value may hold a secret.
        return f"Key '{key}': {fault['msg'].removeprefix('Value error, ')}"
    expected = re.sub(r"^(Input|List) should", "must", fault["msg"]).partition(", unable")[0]
    words = [str(word) for word in _allowed(key)]
    hint = did_you_mean(str(fault["input"]), words)
    return f"Key '{key}': {fault['input']!r} {expected}.{hint}"


def _allowed(key: str) -> tuple:
    annotation = Config.model_fields[key].annotation
    return getattr(annotation, "__args__", ()) if "Literal" in str(annotation) else ()
