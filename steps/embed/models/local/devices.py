"""Devices, precision, and the size of batches."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from steps.embed.models.catalogue import Model
from steps.embed.models.local.checkpoint import Checkpoint

#: Padded tokens in a batch on a CPU: what a batch needs stays near the processor's caches, and
#: the arithmetic is no slower than in large batches (docs/local-models.md has the measurement).
CPU_BUDGET = 1024
#: On a GPU more tokens than this make nothing faster, and mean more padding.
GPU_BUDGET = 32_768
#: Share of a GPU's memory that a batch may take; the rest is for weights and attention.
GPU_SHARE = 0.25


def visible() -> list[str]:
    """All visible GPUs, else the CPU. Loads PyTorch only where there may be a GPU."""
    if not _may_have_gpu():
        return ["cpu"]
    import torch

    return [f"cuda:{number}" for number in range(torch.cuda.device_count())] or ["cpu"]


def _may_have_gpu() -> bool:
    # Drivers of NVIDIA, of AMD, and of Windows for its Linux.
    nodes = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")
    return sys.platform != "linux" or any(Path(node).exists() for node in nodes)


def precision(model: Model, checkpoint: Checkpoint, on: Sequence[str]) -> str:
    """Name of the number format of weights and hidden states; sums over residues are float32.

    ESM-2, ProtT5 and ProstT5 stay within the range of float16, and their authors publish float16
    weights or use it themselves. Ankh and ESM C were trained in bfloat16 and may exceed float16's
    range, which gives infinities; of an unknown T5 nobody knows, so it is treated as they are.
    """
    if on[0] == "cpu":
        return "float32"
    half = model.family or checkpoint.config.get("model_type")
    if half in ("esm", "prot_t5", "prost_t5"):
        return "float16"
    import torch

    # Before Ampere, bfloat16 is emulated, slower than float32.
    modern = all(torch.cuda.get_device_capability(device) >= (8, 0) for device in on)
    return "bfloat16" if modern else "float32"


def budget(checkpoint: Checkpoint, on: Sequence[str]) -> int:
    """Return the padded tokens of a batch, by the whole memory of the smallest device."""
    if on[0] == "cpu":
        return CPU_BUDGET
    import torch

    memory = min(torch.cuda.get_device_properties(device).total_memory for device in on)
    tokens = int(memory * GPU_SHARE / bytes_per_token(checkpoint.config))
    return max(CPU_BUDGET, min(GPU_BUDGET, tokens))


def bytes_per_token(config: dict[str, Any]) -> int:
    """Return the bytes that a layer holds at its peak for a token, in half precision."""
    width = config.get("hidden_size") or config["d_model"]
    attention = max(width, config.get("num_heads", 0) * config.get("d_kv", 0))
    inner = config.get("intermediate_size") or config.get("d_ff") or 4 * width
    return int(40 * attention + 12 * inner)
