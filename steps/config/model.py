"""Model of the configuration.

`config.yaml`, `docs/config.schema.json` and `docs/configuration.md` are generated from it by
`scripts/generate.py`. The Snakefile gets it from `load`, and `steps.workflow` turns it into the
options of steps.
"""

import json
import re
from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from steps.annotate.groups import is_ours, is_table
from steps.cache import check_cache
from steps.config import defaults
from steps.config.values import (
    address,
    annotation,
    embedder,
    listed,
    servable,
    single,
    source,
    styles_file,
)
from steps.embed.models.catalogue import file_name
from steps.errors import StepError, did_you_mean
from steps.normalize.limits import Limits
from steps.project.methods import (
    FIRST_METHOD,
    SIMILARITY,
    SIMILARITY_PROJECTION,
    canonical_method,
)

Names = BeforeValidator(listed)
Single = Annotated[str, BeforeValidator(single)]
Count = Annotated[int, Field(ge=1)]


class Config(BaseModel):
    """Hold every key, its default and how to choose it; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)

    input: Single = Field(
        "examples/families.fasta",
        description="One FASTA file, a folder of them, or a sheet 'dataset<TAB>fasta' (.tsv, "
        ".csv). FASTA files may be compressed (gzip, bzip2, xz, zstd). Relative paths start at the "
        "working directory.",
    )
    embedders: Annotated[list[str], Names] = Field(
        ["kmers"],
        min_length=1,
        description="How proteins are embedded: by language models (prot_t5 prost_t5 esm2_8m "
        "esm2_35m esm2_150m esm2_650m esm2_3b ankh_base ankh_large ankh3_large esmc_300m "
        "esmc_600m, or any 'organisation/model'), or without a model by 'kmers', pairs and "
        "triplets of residues compared by BLOSUM62, or 'composition', counts of residues.",
    )
    backend: Literal["biocentral", "local"] = Field(
        defaults.BACKEND,
        description="Where language models run: 'biocentral' sends the sequences to that server, "
        "'local' computes on this machine's GPU or CPU (needs the extra 'local').",
    )
    biocentral_url: Annotated[str, AfterValidator(address)] = Field(
        defaults.BIOCENTRAL_URL, description="The Biocentral server, or one of your own."
    )
    requests_in_flight: int = Field(
        defaults.REQUESTS_IN_FLIGHT,
        ge=1,
        le=32,
        description="Batches (of at most 1,000 sequences) that Biocentral has at a time.",
    )
    models: Single = Field(
        "",
        description="Folder of 'make prefetch': checkpoints for the backend 'local', one subfolder "
        "each, and reference files of annotations. Empty means the cache of the model hub, and "
        "that of protspace.",
    )
    offline: bool = Field(
        False, description="Make no connection: use only what is in the cache and on this disk."
    )
    cache: Annotated[str, AfterValidator(check_cache)] = Field(
        defaults.CACHE,
        description="Where embeddings are kept for later runs: 'default' (a file in your cache "
        "folder), the path of another file, 'postgresql://user@host/database' for several "
        "machines, or 'none'.",
    )
    cache_days: float = Field(
        defaults.CACHE_DAYS,
        gt=0,
        description="How long an entry of the cache is used before it is made again.",
    )
    cache_gigabytes: float = Field(
        defaults.CACHE_GIGABYTES,
        gt=0,
        description="Size of the cache; what was not used for longest goes first.",
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
        defaults.METRIC,
        description="Distance between embeddings for UMAP and t-SNE; cosine ignores their length.",
    )
    n_neighbors: int = Field(
        defaults.N_NEIGHBORS,
        ge=2,
        description="UMAP, PaCMAP, LocalMAP: small shows fine structure (5), large the overall "
        "shape (100).",
    )
    min_dist: float = Field(
        defaults.MIN_DIST,
        ge=0,
        le=1,
        description="UMAP: 0 packs clusters tightly, 1 spreads their points.",
    )
    random_state: int = Field(
        defaults.RANDOM_STATE,
        ge=0,
        lt=2**32,
        description="Seed of every method; the same seed gives the same bytes.",
    )
    device: Literal["cpu", "cuda"] = Field(
        defaults.DEVICE,
        description="Where UMAP, PaCMAP and LocalMAP search neighbours: 'cpu', or 'cuda', an "
        "NVIDIA GPU that compares all pairs (needs the extra 'local'). Embeddings by the backend "
        "'local' take each GPU there is, whatever this key says.",
    )
    annotations: Annotated[list[str], Names] = Field(
        ["default", "header", "sequence"],
        description="What to colour by: protspace's groups (default all uniprot taxonomy interpro "
        "ted biocentral) or single annotations (pfam genus ...) of remote sources; 'header' "
        "(names, organism from the FASTA header), 'sequence' (length, mass, charge, ...); and your "
        "own tables (.csv, .tsv; first column the identifier). On a name clash your table wins, "
        "then the remote source, then the header, then the sequence; each fills the gaps of the "
        "former.",
    )
    annotation_days: float = Field(
        defaults.ANNOTATION_DAYS,
        ge=0,
        description="Annotations of remote sources that are older than this are fetched again.",
    )
    refetch: Annotated[list[str], Names] = Field(
        [],
        description="Remote sources to query again, whatever is in the cache: uniprot taxonomy "
        "interpro ted biocentral.",
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
        "by the embeddings of the first embedder (EAT). Such values are marked as predicted.",
    )
    transfer_neighbors: Count = Field(
        defaults.TRANSFER_NEIGHBORS,
        description="How many nearest proteins with a value decide by their similarity.",
    )
    transfer_max_distance: Annotated[float, Field(ge=0)] | Literal["auto"] | None = Field(
        None,
        description="Cosine distance up to which the nearest protein with a value is 'near', "
        "beyond 'distant', in a column of its own; 'auto' is that within which 95 % of the "
        "proteins with a value have another one.",
    )
    similarity: bool = Field(
        False,
        description="One more map, of the sequences themselves: identities by MMseqs2. Up to 5,000 "
        "proteins all pairs, placed by MDS; above, the most similar ones of each, placed by UMAP.",
    )
    styles: Annotated[Single, AfterValidator(styles_file)] = Field(
        "",
        description="JSON file with colours, shapes and order of the values of annotations, as "
        "`protspace style` takes it.",
    )
    bundle_format: Literal[3, 2] = Field(
        defaults.BUNDLE_FORMAT,
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
        """Return the FASTA limits."""
        return Limits(**{name: getattr(self, name) for name in Limits.__dataclass_fields__})

    @property
    def embedder_files(self) -> list[str]:
        """Return the embedders as they are written in paths."""
        return [file_name(name) for name in self.embedders]

    @property
    def projections(self) -> list[str]:
        """Return all projections as written in paths, `<embedder>.<method>`, UMAP first."""
        # ProtSpace and the page open the first.
        methods = sorted(self.methods, key=lambda name: not name.startswith(FIRST_METHOD))
        pairs = product(self.embedder_files, methods)
        names = [f"{embedder}.{method}" for embedder, method in pairs]
        return [*names, f"{SIMILARITY}.{SIMILARITY_PROJECTION}"] if self.similarity else names

    @property
    def branches(self) -> list[str]:
        """Return the optional rules that are on, in the order of the DAG."""
        names = ("similarity", "statistics", "transfer", "styles")
        return [name for name in names if getattr(self, name)]

    @property
    def asks_sources(self) -> bool:
        """Return whether any annotation comes from a remote source."""
        return any(not is_ours(name) for name in self.annotations)

    @property
    def annotation_tables(self) -> list[str]:
        """Return the paths of the user's own tables among `annotations`."""
        return [name for name in self.annotations if is_table(name)]

    def to_json(self) -> str:
        """Return all keys as one line of JSON; `load` makes the same configuration of it."""
        return json.dumps(self.model_dump(), ensure_ascii=False)


def load(values: dict[str, Any]) -> Config:
    """Return the configuration of the merged keys, with absolute paths and canonical names.

    Raises:
        StepError: INVALID_CONFIG, one sentence for each fault: key, value, what is allowed.
    """
    try:
        config = Config.model_validate(dict(values))
    except ValidationError as error:
        raise _invalid([_sentence(fault) for fault in error.errors()]) from None
    faults: list[str] = []
    embedders = _each("embedders", config.embedders, embedder, faults)
    _each("embedders", embedders, partial(servable, backend=config.backend), faults)
    changes = {
        "input": _absolute(config.input),
        "embedders": embedders,
        "models": _absolute(config.models),
        "styles": _absolute(config.styles),
        "methods": _each("methods", config.methods, canonical_method, faults),
        "annotations": _each("annotations", config.annotations, annotation, faults),
        "refetch": _each("refetch", config.refetch, source, faults),
    }
    if faults:
        raise _invalid(faults)
    return config.model_copy(update=changes)


def _absolute(path: str) -> str:
    return str(Path(path).expanduser().absolute()) if path else ""


def _each(key: str, values: list[str], check: Callable[[str], str], faults: list[str]) -> list[str]:
    """Check each value of a list and drop repeated ones; a fault adds a sentence to `faults`."""
    checked = []
    for value in values:
        try:
            checked.append(check(value))
        except ValueError as error:
            faults.append(f"Key '{key}': {error}")
    return list(dict.fromkeys(checked))


def _invalid(sentences: list[str]) -> StepError:
    return StepError("INVALID_CONFIG", "The configuration is not valid. " + " ".join(sentences))


def _sentence(fault: ErrorDetails) -> str:
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


def _allowed(key: str) -> tuple[object, ...]:
    annotation = Config.model_fields[key].annotation
    return getattr(annotation, "__args__", ()) if "Literal" in str(annotation) else ()
