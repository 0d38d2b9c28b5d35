"""The one model of the configuration.

`config.yaml`, `config.schema.json` and `docs/configuration.md` are generated from it by
`steps.config_files`; the Snakefile builds it from what Snakemake merged.
"""

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from steps.annotators import GROUPS, is_table
from steps.embedders import EMBEDDERS
from steps.errors import StepError
from steps.fasta import Limits
from steps.methods import canonical_method, did_you_mean


def _listed(value: Any) -> Any:
    """`a,b` from the command line is the list [a, b]."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _embedder(name: str) -> str:
    if name not in EMBEDDERS:
        allowed = list(EMBEDDERS)
        raise ValueError(
            f"'{name}' is unknown; allowed: {', '.join(allowed)}.{did_you_mean(name, allowed)}"
        )
    return name


def _annotation(name: str) -> str:
    if is_table(name):
        if not Path(name).is_file():
            raise ValueError(f"there is no file '{name}'; give its absolute path.")
        return str(Path(name).absolute())
    if name not in GROUPS:
        raise ValueError(
            f"'{name}' is unknown; allowed: {', '.join(GROUPS)}, or a table (.csv, .tsv, .txt)."
            + did_you_mean(name, list(GROUPS))
        )
    return name


def _once(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


Names = BeforeValidator(_listed)
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
        description="How proteins become vectors. 'composition' counts residues and pairs of "
        "residues: a fast baseline that needs no model, and not a language model.",
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
        ["header", "sequence"],
        description="What to colour by: 'header' (names, organism from the FASTA header), "
        "'sequence' (length, mass, charge, ...), and your own tables (.csv, .tsv; first column "
        "the identifier), which win over the groups on a name clash.",
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
        """The limits as options of `steps.normalize`."""
        return [
            f"--{name.replace('_', '-')}={value}"
            for name, value in asdict(self.limits).items()
            if value is not None
        ]

    @property
    def projection_options(self) -> list[str]:
        """What all methods share, as options of `steps.project`."""
        names = ("metric", "n_neighbors", "min_dist", "random_state")
        return [f"--{name.replace('_', '-')}={getattr(self, name)}" for name in names]

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
        "embedders": _each("embedders", config.embedders, _embedder, faults),
        "methods": _each("methods", config.methods, canonical_method, faults),
        "annotations": _each("annotations", config.annotations, _annotation, faults),
    }
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
    return _once(checked)


def _invalid(sentences: list[str]) -> StepError:
    return StepError("INVALID_CONFIG", "The configuration is not valid. " + " ".join(sentences))


def _sentence(fault: dict) -> str:
    key = str(fault["loc"][0])
    if fault["type"] == "extra_forbidden":
        known = list(Config.model_fields)
        return f"Key '{key}' is unknown.{did_you_mean(key, known)} Known: {', '.join(known)}."
    expected = re.sub(r"^(Input|List) should", "must", fault["msg"]).partition(", unable")[0]
    words = [str(word) for word in _allowed(key)]
    hint = did_you_mean(str(fault["input"]), words)
    return f"Key '{key}': {fault['input']!r} {expected}.{hint}"


def _allowed(key: str) -> tuple:
    annotation = Config.model_fields[key].annotation
    return getattr(annotation, "__args__", ()) if "Literal" in str(annotation) else ()
