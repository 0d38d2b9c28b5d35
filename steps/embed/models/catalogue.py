"""The protein language models: protspace's short names, and any `organisation/model`.

Names, checkpoints and families are those of protspace (its Biocentral and local backends), so
that the same name means the same model here and there.
"""

import re
from dataclasses import dataclass

from steps.errors import did_you_mean


@dataclass(frozen=True)
class Model:
    """One language model.

    `biocentral` is the name that Biocentral gets, `checkpoint` the one that the local backend
    loads; `family` (esm, esmc, ankh, prot_t5, prost_t5) and `dimensions` are `None` for a model
    that is not in `MODELS`.
    """

    name: str
    biocentral: str
    checkpoint: str
    family: str | None = None
    dimensions: int | None = None


def _model(
    name: str, family: str, dimensions: int, biocentral: str, checkpoint: str | None = None
) -> Model:
    return Model(name, biocentral, checkpoint or biocentral, family, dimensions)


_T5_HALF = "Rostlab/prot_t5_xl_half_uniref50-enc"
MODELS = {
    model.name: model
    for model in (
        _model("prot_t5", "prot_t5", 1024, "Rostlab/prot_t5_xl_uniref50", _T5_HALF),
        _model("prost_t5", "prost_t5", 1024, "Rostlab/ProstT5", "Rostlab/ProstT5_fp16"),
        _model("esm2_8m", "esm", 320, "facebook/esm2_t6_8M_UR50D"),
        _model("esm2_35m", "esm", 480, "facebook/esm2_t12_35M_UR50D"),
        _model("esm2_150m", "esm", 640, "facebook/esm2_t30_150M_UR50D"),
        _model("esm2_650m", "esm", 1280, "facebook/esm2_t33_650M_UR50D"),
        _model("esm2_3b", "esm", 2560, "facebook/esm2_t36_3B_UR50D"),
        _model("ankh_base", "ankh", 768, "ElnaggarLab/ankh-base"),
        _model("ankh_large", "ankh", 1536, "ElnaggarLab/ankh-large"),
        _model("ankh3_large", "ankh", 1536, "ElnaggarLab/ankh3-large"),
        _model("esmc_300m", "esmc", 960, "Synthyra/ESMplusplus_small"),
        _model("esmc_600m", "esmc", 1152, "Synthyra/ESMplusplus_large"),
    )
}
#: Biocentral takes these names and answers with embeddings of another model (it loads the
#: checkpoint as an ESM-2), as protspace found out.
WRONG_ON_BIOCENTRAL = frozenset({"esmc_300m", "esmc_600m"})
_FULL_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


def find_model(name: str) -> Model:
    """Return the model of a short name or of a full name `organisation/model`.

    Raises:
        ValueError: what is allowed, and the closest match.
    """
    if name in MODELS:
        return MODELS[name]
    for model in MODELS.values():
        if name in (model.biocentral, model.checkpoint):
            return model
    if not _FULL_NAME.fullmatch(name):
        known = ["kmers", "composition", *MODELS]
        raise ValueError(
            f"'{name}' is unknown; allowed: {', '.join(known)}, or the full name of a model "
            f"(organisation/model).{did_you_mean(name, known)}"
        )
    return Model(name, name, name)


def file_name(embedder: str) -> str:
    """The embedder's name in paths, where `/` cannot stand: `organisation--model`.

    In names that users give to files of embeddings, other signs become `_`.
    """
    return re.sub(r"[^\w.-]+", "_", embedder.replace("/", "--"))


def embedder_name(file_name: str) -> str:
    """The embedder of a name in paths; the hub allows no `--` in names."""
    return file_name.replace("--", "/")
