"""Model of the configuration.

`config.yaml`, `docs/config.schema.json` and `docs/configuration.md` are generated from it by
`scripts/generate.py`. The Snakefile gets it from `load`, and `steps.workflow` turns it into the
options of steps.
"""

import json
import re
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from steps.annotate.groups import is_ours, is_table
from steps.cache import check_cache
from steps.config import defaults
from steps.config.embeddings import (
    Choice,
    given_file,
    given_files,
    input_parts,
)
from steps.config.onto import Onto, checked_map
from steps.config.references import References, checked, find_references, label_file
from steps.config.values import (
    address,
    annotation,
    clustering,
    identifiers_file,
    listed,
    name_or_date,
    single,
    source,
    source_of_run,
    styles_file,
)
from steps.embed.models.catalogue import file_name
from steps.errors import StepError, did_you_mean
from steps.normalize.limits import Limits
from steps.optional.statistics import AUTO
from steps.project.methods import (
    FIRST_METHOD,
    SIMILARITY,
    SIMILARITY_PROJECTION,
    canonical_method,
)
from steps.retrieve.queries import is_query

Names = BeforeValidator(listed)
Single = Annotated[str, BeforeValidator(single)]
Count = Annotated[int, Field(ge=1)]
#: Value of `transfer` that switches off what is transferred by default.
NOTHING = "none"
#: Key -> the key without which it means nothing.
_NEEDS = {
    "transfer_skip_distant": "transfer_max_distance",
    "references": "transfer",
    "reference_labels": "references",
    "without": "onto",
    "added": "onto",
}


class Config(BaseModel):
    """Hold every key, its default and how to choose it; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)

    input: Annotated[str, BeforeValidator(source_of_run)] = Field(
        "examples/families.fasta",
        description="One FASTA file, a folder of them, or a sheet 'dataset<TAB>fasta' (.tsv, "
        ".csv). FASTA files may be compressed (gzip, bzip2, xz, zstd). Or proteins of UniProt: a "
        "file with a list of accessions, or a query, 'uniprot:(family:phospholipase) AND "
        "(reviewed:true)'. Or embeddings instead of sequences, in HDF5: '/a/x.h5', or several "
        "('/a/x.h5:prot_t5,/a/y.h5:name'). Relative paths start at the working directory.",
    )
    max_proteins: Count = Field(
        defaults.MAX_PROTEINS,
        description="Most proteins that a UniProt query or a list of accessions may retrieve; "
        "their number is known before the download (TOO_MANY_SEQUENCES).",
    )
    query_days: float = Field(
        defaults.QUERY_DAYS,
        ge=0,
        description="Answers of UniProt to queries and lists that are older than this are "
        "retrieved again, in runs that have none of their own yet.",
    )
    onto: Single = Field(
        "",
        description="Results of an earlier run ('/a/results/x'), whose map the proteins of 'input' "
        "join: all that are on it stay where they are, and new ones are placed among them. "
        "Embedders, methods and their parameters must be those of that run.",
    )
    without: Annotated[Single, AfterValidator(identifiers_file)] = Field(
        "",
        description="File with identifiers of proteins that leave the map of 'onto', one a line; "
        "the rest stay where they are.",
    )
    added: Annotated[str, BeforeValidator(name_or_date)] = Field(
        "",
        description="What the annotation 'added' says of new proteins on the map of 'onto', such "
        "as a date; by default the name of the data set.",
    )
    embeddings: Annotated[list[str], Names] = Field(
        [],
        description="Embeddings of the proteins of 'input' that you have already, in HDF5: "
        "'/a/x.h5:prot_t5'; the name is that of the embedder which made them. Without it, it is "
        "the file's attribute 'model_name', or the name of the file.",
    )
    missing: Literal["refuse", "embed"] = Field(
        defaults.MISSING,
        description="What to do with proteins that a file of 'embeddings' lacks: 'refuse' the run, "
        "or 'embed' them by the embedder of that name.",
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
    metric: Literal["euclidean", "cosine", "manhattan"] = Field(
        defaults.METRIC,
        description="Distance between embeddings for UMAP and t-SNE: cosine ignores their length, "
        "manhattan adds up absolute differences.",
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
    scores: bool = Field(
        True,
        description="Keep in annotations how sure a source is of them: evidence codes of UniProt, "
        "bit scores of InterPro, pLDDT of TED.",
    )
    statistics: bool = Field(
        False,
        description="Score how far the maps can be trusted: how well each keeps neighbours, how "
        "well annotations separate, how often neighbours share a label; adds automatic clusters "
        "to colour by.",
    )
    statistics_annotations: Annotated[list[str], Names] = Field(
        [AUTO],
        description="Annotations that statistics score: 'auto' takes text of 2 to 50 values that "
        "is not one for each protein. Clusters by hdbscan are named by the same, or by all text.",
    )
    clustering: Annotated[list[str], Names] = Field(
        ["kmeans"],
        description="How statistics find clusters: 'kmeans' in maps and embeddings, each protein "
        "in a cluster; 'hdbscan' as dense regions of maps, named by the annotation enriched in "
        "them, the rest left out.",
    )
    cluster_selection: Literal["elbow", "silhouette", "both"] = Field(
        defaults.CLUSTER_SELECTION,
        description="How many clusters k-means finds: where more of them explain little more "
        "(elbow), where they separate best (silhouette), or a column of each.",
    )
    cluster_space: Literal["both", "projection", "embedding"] = Field(
        defaults.CLUSTER_SPACE,
        description="Where clusters are found: in each projection, once in each embedding, or "
        "both. hdbscan finds them in projections.",
    )
    min_cluster_size: Annotated[int, Field(ge=2)] | Literal["auto"] = Field(
        AUTO,
        description="hdbscan: least number of proteins in a cluster; 'auto' is half the square "
        "root of their number, 5 at least.",
    )
    transfer: Annotated[list[str], Names] = Field(
        [],
        description="Annotations whose gaps are filled from the nearest protein that has a value, "
        "by the embeddings of the first embedder (EAT). Such values are marked as predicted. Empty "
        "means none; with 'onto' it means labels of the map, and 'none' switches that off.",
    )
    transfer_neighbors: Count = Field(
        defaults.TRANSFER_NEIGHBORS,
        description="How many nearest proteins with a value decide by their similarity.",
    )
    transfer_metric: Literal["cosine", "euclidean"] = Field(
        defaults.TRANSFER_METRIC,
        description="Distance between embeddings for 'transfer'. The reliability of a value is "
        "1 - distance for cosine, 0.5 / (0.5 + distance) for euclidean.",
    )
    transfer_max_distance: Annotated[float, Field(ge=0)] | Literal["auto"] | None = Field(
        None,
        description="Distance up to which the nearest protein with a value is 'near', beyond "
        "'distant', in a column of its own; 'auto' is that within which 95 % of the proteins with "
        "a value have another one.",
    )
    transfer_skip_distant: bool = Field(
        False, description="Give no value to proteins whose nearest one with a value is 'distant'."
    )
    transfer_queries: Annotated[list[str], Names] = Field(
        [],
        description="Which proteins may get a value: the beginning of an identifier, or "
        "'annotation~text' for those whose annotation has that text; several mean any of them. "
        "Empty means all.",
    )
    transfer_references: Annotated[list[str], Names] = Field(
        [],
        description="Which proteins values come from, in the same form. One that fits "
        "'transfer_queries', too, only gets values, unless it is one of 'references'.",
    )
    references: Single = Field(
        "",
        description="Labelled proteins that are not on the map, from which 'transfer' takes values "
        "instead of those of the input: their embeddings ('/a/x.h5:prot_t5'), their FASTA file, a "
        "bundle ('/a/x.parquetbundle'), or the results of an earlier run ('/a/results/x').",
    )
    reference_labels: Annotated[list[str], Names] = Field(
        [],
        description="Labels of 'references': tables as for 'annotations', or a bundle. Those of a "
        "bundle or an earlier run are known without it.",
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
    export: Annotated[list[Literal["tsv"]], Names] = Field(
        [],
        description="Files beside the bundle: 'tsv', a table of the proteins with all annotations "
        "and the coordinates of each projection.",
    )
    html: bool = Field(
        True,
        description="Write results/<dataset>/<dataset>.html, one file that shows the maps in any "
        "browser, from disk and without a network.",
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
    def embedder_pattern(self) -> str:
        """Return the regular expression of embedders in paths, the longest first."""
        names = sorted([*self.embedder_files, SIMILARITY], key=len, reverse=True)
        return "|".join(map(re.escape, names))

    @property
    def input_parts(self) -> list[str]:
        """Return the files of embeddings that `input` names; none where it has sequences."""
        return input_parts(self.input)

    @property
    def input_paths(self) -> list[str]:
        """Return the paths of `input_parts`."""
        return [file.path for file in given_files(self.input_parts)]

    @property
    def given(self) -> dict[str, list[str]]:
        """Return embedder as written in paths -> files that have its embeddings."""
        files: dict[str, list[str]] = {}
        for path, name in given_files([*self.input_parts, *self.embeddings]):
            files.setdefault(file_name(name), []).append(path)
        return files

    @property
    def onto_map(self) -> Onto | None:
        """Return the files of the map that the run grows; of a checked one."""
        return Onto(Path(self.onto)) if self.onto else None

    @property
    def reference_set(self) -> References | None:
        """Return the files of `references`; of checked ones."""
        if not self.references:
            return None
        return find_references(self.references, self.reference_labels, self.embedders[0])

    @property
    def reference_fasta(self) -> list[str]:
        """Return the FASTA file of references, if they are to be embedded."""
        found = self.reference_set
        return [found.source] if found and not found.embeddings else []

    @property
    def projections(self) -> list[str]:
        """Return all projections as written in paths, `<embedder>.<method>`, UMAP first."""
        # ProtSpace and the page open the first.
        methods = sorted(self.methods, key=lambda name: not name.startswith(FIRST_METHOD))
        pairs = product(self.embedder_files, methods)
        names = [f"{embedder}.{method}" for embedder, method in pairs]
        return [*names, f"{SIMILARITY}.{SIMILARITY_PROJECTION}"] if self.similarity else names

    @property
    def transferred(self) -> list[str]:
        """Return the annotations that are transferred, or from which the step is to choose."""
        if self.transfer:
            return [] if self.transfer == [NOTHING] else self.transfer
        return self.onto_map.labels if self.onto_map else []

    @property
    def branches(self) -> list[str]:
        """Return the optional rules that are on, in the order of the DAG."""
        on = {
            "similarity": self.similarity,
            "statistics": self.statistics,
            "transfer": self.transferred,
            "styles": self.styles,
        }
        return [name for name, value in on.items() if value]

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
    alone = _each("input", config.input_parts, given_file, faults)
    given = _each("embeddings", config.embeddings, given_file, faults)
    choice = Choice(alone, given, config.backend)
    asked = choice.embedders(config.embedders, Config.model_fields["embedders"].default)
    embedders = choice.distinct(_each("embedders", asked, choice.checked, faults), faults)
    methods = _each("methods", config.methods, canonical_method, faults)
    labels = _each("reference_labels", config.reference_labels, label_file, faults)
    if config.missing == "embed":
        _each("missing", choice.to_complete, choice.computed, faults)
    changes = {
        "input": ",".join(alone) or _input(config.input),
        "embeddings": given,
        "embedders": embedders,
        "references": _references(config, labels, embedders, choice, faults),
        "reference_labels": labels,
        "models": _absolute(config.models),
        "styles": _absolute(config.styles),
        "without": _absolute(config.without),
        "methods": methods,
        "onto": _onto(config, embedders, methods, faults),
        "annotations": _each("annotations", config.annotations, annotation, faults),
        "refetch": _each("refetch", config.refetch, source, faults),
        "clustering": _each("clustering", config.clustering, clustering, faults),
    }
    faults += _lacking(config)
    if "hdbscan" in config.clustering and config.cluster_space == "embedding":
        faults.append(
            "Key 'clustering': hdbscan finds clusters in projections. Set cluster_space to "
            "projection or both, or leave hdbscan out."
        )
    if faults:
        raise _invalid(faults)
    return config.model_copy(update=changes)


def _references(
    config: Config, labels: list[str], embedders: list[str], choice: Choice, faults: list[str]
) -> str:
    """Return the value of `references` with its absolute path; empty where there are none."""

    def check(text: str) -> str:
        return checked(text, labels, embedders[0], choice.computed)

    found = [config.references] if config.references and embedders else []
    return next(iter(_each("references", found, check, faults)), "")


def _onto(config: Config, embedders: list[str], methods: list[str], faults: list[str]) -> str:
    """Return the value of `onto` with its absolute path; empty where there is none."""

    def check(text: str) -> str:
        return checked_map(text, embedders, methods)

    if not config.onto:
        return ""
    others = {
        "similarity": "identities place all proteins anew",
        "shard_size": "only new proteins are embedded",
    }
    faults += [
        f"Key '{key}' cannot be used with 'onto': {why}. Leave it out."
        for key, why in others.items()
        if getattr(config, key)
    ]
    if config.input_parts:
        faults.append("Key 'onto' needs sequences: give a FASTA file as 'input'.")
    # Methods that are at fault are said already.
    found = [config.onto] if not faults else []
    return next(iter(_each("onto", found, check, faults)), "")


def _lacking(config: Config) -> list[str]:
    """Return faults of keys that mean nothing without another one."""
    return [
        f"Key '{key}' means nothing without the key '{other}'."
        for key, other in _NEEDS.items()
        if _is_given(getattr(config, key)) and not _is_given(getattr(config, other))
    ]


def _is_given(value: object) -> bool:
    return value is not None and value is not False and value not in ("", [])


def _input(source: str) -> str:
    return source if is_query(source) else _absolute(source)


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
