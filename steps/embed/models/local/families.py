"""The family of a model, read from the files of its checkpoint."""

from steps.embed.models.catalogue import Model
from steps.embed.models.local.checkpoint import Checkpoint
from steps.errors import StepError


def family_of(model: Model, checkpoint: Checkpoint) -> str:
    """The family that the table of models names, or the one that the checkpoint shows.

    Raises:
        StepError: MODEL_NOT_SUPPORTED for another architecture.
    """
    if model.family:
        return model.family
    kind = checkpoint.config.get("model_type")
    if kind == "esm":
        return "esm"
    if kind == "t5":
        return _t5_family(_vocabulary(checkpoint))
    raise StepError(
        "MODEL_NOT_SUPPORTED",
        f"{model.name} is a model of type '{kind}'; the backend 'local' can use ESM-2 and T5 "
        "encoders, and ESM C by its short names. The backend 'biocentral' may know it.",
    )


def _t5_family(vocabulary: set[str]) -> str:
    """Who reads residues as words of their own was trained with spaces between them."""
    if "<AA2fold>" in vocabulary:
        return "prost_t5"
    return "prot_t5" if "▁A" in vocabulary else "ankh"


def _vocabulary(checkpoint: Checkpoint) -> set[str]:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(checkpoint.folder, local_files_only=True)
    return set(tokenizer.get_vocab())


def accepted_length(checkpoint: Checkpoint) -> int | None:
    """Return the most residues that the model has positions for; `None` for relative positions."""
    config = checkpoint.config
    if config.get("model_type") != "esm":
        return None
    if config.get("position_embedding_type", "absolute") != "absolute":
        return None
    # Positions are counted from the number of the padding token on; two go to special tokens.
    return int(config["max_position_embeddings"] - config["pad_token_id"] - 1 - 2)
