"""A loaded model: sequences -> one embedding each, on one device."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from transformers import (
    AutoModelForMaskedLM,
    AutoTokenizer,
    EsmModel,
    T5EncoderModel,
    T5Tokenizer,
)

from steps.embed.models.local.tokens import Tokens
from steps.errors import StepError

#: Parts that a checkpoint may lack because no embedding depends on them.
_UNUSED = ("contact_head", "pooler", "position_ids", "inv_freq", "lm_head", "sequence_head")


class Network:
    """Weights on `device` in `precision` (float32, float16, bfloat16).

    Raises:
        StepError: MODEL_NOT_FOUND when the files are damaged or incomplete, OUT_OF_MEMORY when
            the device has no room for the weights.
    """

    def __init__(self, folder: Path, family: str, device: str, precision: str):
        self.device = torch.device(device)
        _settle(self.device, precision)
        # Damaged files show as errors of half a dozen libraries.
        try:
            network, tokenizer = _load(folder, family, getattr(torch, precision))
        except Exception as error:
            raise _unreadable(folder, error) from error
        try:
            self._network = network.to(self.device).eval()
        except torch.OutOfMemoryError as error:
            raise _too_large(folder, device) from error
        self._tokens = Tokens(family, tokenizer)
        # ESM C's code is not ours to know: it gets a mask always, as from protspace.
        self._masked_always = family == "esmc"

    @torch.inference_mode()  # type: ignore[untyped-decorator]  # PyTorch may not be installed
    def pooled(self, sequences: Sequence[str]) -> torch.Tensor:
        """Return means over the residues of each sequence: float32, (sequences, dimensions).

        The tensor is on the device, where it may still be in the making.

        Raises:
            torch.OutOfMemoryError: the batch is too large for the device.
        """
        numbers = [self._tokens.encode(sequence) for sequence in sequences]
        lengths = np.array([len(each) for each in numbers])
        table = np.full((len(numbers), lengths.max()), self._tokens.padding)
        for row, each in zip(table, numbers, strict=True):
            row[: len(each)] = each
        hidden = self._hidden(table, lengths)
        return self._mean(hidden, torch.from_numpy(lengths).to(self.device, non_blocking=True))

    def _hidden(self, table: np.ndarray, lengths: np.ndarray) -> torch.Tensor:
        inputs = {"input_ids": self._on_device(table)}
        # Attention without a mask has faster kernels.
        if self._masked_always or (lengths < table.shape[1]).any():
            mask = np.arange(table.shape[1]) < lengths[:, None]
            inputs["attention_mask"] = self._on_device(mask.astype(np.int64))
        return self._network(**inputs).last_hidden_state

    def _on_device(self, table: np.ndarray) -> torch.Tensor:
        tensor = torch.from_numpy(table)
        if self.device.type == "cuda":
            tensor = tensor.pin_memory()
        return tensor.to(self.device, non_blocking=True)

    def _mean(self, hidden: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        at = torch.arange(hidden.shape[1], device=self.device)
        ends = (lengths - self._tokens.after)[:, None]
        outside = (at < self._tokens.before) | (at >= ends)
        # Set to 0, not multiplied by it: beyond the end there may be infinities in half precision.
        sums = hidden.float().masked_fill_(outside[..., None], 0).sum(dim=1)
        return sums / (ends - self._tokens.before)


def _settle(device: torch.device, precision: str) -> None:
    """Quiet libraries, and arithmetic that is the same each time."""
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    # Read when CUDA starts; two buffers for matrix products, each used in one order only.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True, warn_only=True)
    # Else each new tensor would be filled with NaN first.
    torch.utils.deterministic.fill_uninitialized_memory = False
    if device.type == "cuda" and precision != "float32":
        # T5 keeps one matrix of each layer in float32, for its range; TF32 has that range and the
        # digits of float16, at several times the speed.
        torch.set_float32_matmul_precision("high")


def _load(folder: Path, family: str, dtype: torch.dtype) -> tuple[Any, Any]:
    """Return model and tokenizer, as protspace loads them, in the given precision."""
    options = {"dtype": dtype, "local_files_only": True, "output_loading_info": True}
    if family == "esmc":
        # The only code of others that runs, and only for the names in the table of models.
        network, info = AutoModelForMaskedLM.from_pretrained(
            folder, trust_remote_code=True, **options
        )
        tokenizer = network.tokenizer
    elif family == "esm":
        network, info = EsmModel.from_pretrained(folder, add_pooling_layer=False, **options)
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        _use_one_pass_gelu(network)
    else:
        network, info = T5EncoderModel.from_pretrained(folder, **options)
        tokenizer = _t5_tokenizer(folder, family)
    missing = [key for key in info["missing_keys"] if not any(part in key for part in _UNUSED)]
    if missing:
        # transformers would fill them with random numbers.
        raise ValueError(f"weights are missing, among them {sorted(missing)[0]}")
    return network, tokenizer


def _t5_tokenizer(folder: Path, family: str) -> Any:  # noqa: ANN401  (of transformers)
    if family == "ankh":
        return AutoTokenizer.from_pretrained(folder, local_files_only=True)
    lower = family == "prot_t5"
    return T5Tokenizer.from_pretrained(folder, do_lower_case=lower, local_files_only=True)


def _use_one_pass_gelu(network: EsmModel) -> None:
    """transformers spells ESM's GELU out in five passes over the widest tensor of the model."""
    for layer in network.encoder.layer:
        layer.intermediate = torch.nn.Sequential(layer.intermediate.dense, torch.nn.GELU())


def _unreadable(folder: Path, error: Exception) -> StepError:
    why = (str(error).strip() or type(error).__name__).splitlines()[0]
    return StepError(
        "MODEL_NOT_FOUND",
        f"The checkpoint in {folder} cannot be loaded ({why}). Remove it and fetch it again with "
        "make prefetch, or compare its files with SHA256SUMS.",
    )


def _too_large(folder: Path, device: str) -> StepError:
    return StepError(
        "OUT_OF_MEMORY",
        f"The weights in {folder} do not fit into the memory of {device}; choose a smaller model "
        "or backend: biocentral, or free the device of other work.",
    )
