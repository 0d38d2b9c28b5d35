"""Our local backend against protspace's, on one model, the same sequences and the same machine.

The model is an ESM-2 of the given shape with random weights, the sequences are random with the
lengths of real proteins (log-normal, median 300); neither matters for speed. Each run is a process
of its own and counts from the call to the last vector in the HDF5 file, loading the model
included, importing PyTorch not. Needs PyTorch (`make test-local` installs it) and no network.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
LETTERS = "<cls> <pad> <eos> <unk> L A G V S E R T I D P K Q N F Y M H W C X B U Z O . - <null_1>"
#: Embedder, layers, width.
SHAPES = {"8m": ("esm2_8m", 6, 320), "650m": ("esm2_650m", 33, 1280)}
TARGETS = {"local-cpu-8m": 0.77, "local-gpu-650m": 0.33}
#: Dense float16 on tensor cores, as the vendor states it.
PEAKS = {"H100": 989e12, "H200": 989e12, "A100": 312e12, "L4": 121e12, "T4": 65e12}


def make_model(folder: Path, shape: str) -> None:
    import torch
    from transformers import EsmConfig, EsmForMaskedLM

    name, layers, width = SHAPES[shape]
    letters = [*LETTERS.split(), "<mask>"]
    torch.manual_seed(0)
    config = EsmConfig(
        vocab_size=len(letters),
        pad_token_id=1,
        mask_token_id=len(letters) - 1,
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=20,
        intermediate_size=4 * width,
        max_position_embeddings=1026,
        layer_norm_eps=1e-5,
        position_embedding_type="rotary",
        token_dropout=True,
    )
    EsmForMaskedLM(config).save_pretrained(folder / name)
    (folder / name / "vocab.txt").write_text("\n".join(letters))
    (folder / name / "tokenizer_config.json").write_text('{"tokenizer_class": "EsmTokenizer"}')


def make_sequences(count: int) -> list[str]:
    rng = np.random.default_rng(0)
    lengths = np.exp(rng.normal(np.log(300), 0.6, count)).clip(30, 2000).astype(int)
    letters = list("ACDEFGHIKLMNPQRSTVWY")
    return ["".join(rng.choice(letters, length)) for length in lengths]


def ours(folder: Path, shape: str, sequences: list[str], output: Path) -> float:
    from steps.embed.file import write_embeddings
    from steps.embed.models import Options
    from steps.embed.models.catalogue import find_model
    from steps.embed.models.local import Embedder, workers  # noqa: F401  (imports PyTorch)

    started = time.perf_counter()
    embedder = Embedder(find_model(SHAPES[shape][0]), Options(models=str(folder), offline=True))
    rows = {}
    for positions, vectors in embedder.embed(sequences, lambda _: None):
        rows |= dict(zip(positions, vectors, strict=True))
    write_embeddings(output, embedder.name, [([str(at) for at in range(len(rows))], rows)])
    return time.perf_counter() - started


def protspace(folder: Path, shape: str, sequences: list[str], output: Path) -> float:
    import torch  # noqa: F401
    from protspace.data.embedding import local
    from transformers import AutoTokenizer, EsmModel  # noqa: F401

    started = time.perf_counter()
    name = SHAPES[shape][0]
    local.LOCAL_CHECKPOINTS[name] = (str(folder / name), "esm")
    local.embed_sequences({str(at): it for at, it in enumerate(sequences)}, name, output)
    return time.perf_counter() - started


def timed(backend: str, folder: Path, shape: str, count: int) -> float:
    """Seconds of one run in a process of its own, on the GPU of this machine if it has one."""
    command = [sys.executable, __file__, "--run", backend, "--folder", str(folder)]
    result = subprocess.run(
        [*command, "--shape", shape, "--sequences", str(count)], stdout=subprocess.PIPE, check=True
    )
    return json.loads(result.stdout.splitlines()[-1])


def compare(folder: Path, shape: str, count: int, repeats: int) -> None:
    import torch

    make_model(folder, shape)
    sequences = make_sequences(count)
    residues = sum(map(len, sequences))
    gpu = torch.cuda.is_available()
    machine = torch.cuda.get_device_name() if gpu else f"{torch.get_num_threads()} CPU threads"
    print(f"{shape} on {machine}: {count} sequences, {residues} residues, median of {repeats}")
    runs = [(timed("protspace", folder, shape, count), timed("ours", folder, shape, count))]
    # The first pair only warms the caches of the disk, where it is cheap.
    runs = [] if repeats > 1 else runs
    while len(runs) < repeats:
        runs.append((timed("protspace", folder, shape, count), timed("ours", folder, shape, count)))
    seconds = [sorted(column) for column in zip(*runs, strict=True)]
    for name, its in zip(("protspace", "ours"), seconds, strict=True):
        spread = f"{its[0]:.1f} to {its[-1]:.1f}"
        print(
            f"{name:<10}{median(its):9.2f} s ({spread}) {residues / median(its):10.0f} residues/s"
        )
    difference(folder)
    if gpu:
        utilization(shape, sequences, median(seconds[1]), machine)
    name = f"local-{'gpu' if gpu else 'cpu'}-{shape}"
    value = median(seconds[1]) / median(seconds[0])
    print(f"ratio {name} {value:.3f} {TARGETS.get(name, '-')}", flush=True)


def difference(folder: Path) -> None:
    """Say how alike the two files are, since speed at the cost of the result is none."""
    import h5py

    with h5py.File(folder / "ours.h5") as own, h5py.File(folder / "protspace.h5") as other:
        pairs = [(own[key][:], other[key][:]) for key in own]
    cosine = min(a @ b / np.linalg.norm(a) / np.linalg.norm(b) for a, b in pairs)
    print(f"lowest cosine of a protein's two vectors: {cosine:.7f}")


def utilization(shape: str, sequences: list[str], seconds: float, machine: str) -> None:
    """Share of the GPU's peak, with all that a run does besides arithmetic."""
    _, layers, width = SHAPES[shape]
    tokens = [len(sequence) + 2 for sequence in sequences]
    matrices = 2 * layers * 12 * width**2 * sum(tokens)
    attention = 4 * layers * width * sum(length**2 for length in tokens)
    peak = next((value for name, value in PEAKS.items() if name in machine), None)
    rate = (matrices + attention) / seconds
    share = f", {rate / peak:.1%} of the peak" if peak else ""
    print(f"{rate / 1e12:.1f} TFLOP/s{share} (float16, loading the model included)")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shape", choices=SHAPES, default="8m")
    options.add_argument("--sequences", type=int, default=200)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--run", choices=("ours", "protspace"), help=argparse.SUPPRESS)
    options.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = options.parse_args()
    if arguments.run:
        output = arguments.folder / f"{arguments.run}.h5"
        output.unlink(missing_ok=True)
        backend = {"ours": ours, "protspace": protspace}[arguments.run]
        sequences = make_sequences(arguments.sequences)
        print(json.dumps(backend(arguments.folder, arguments.shape, sequences, output)))
        return
    with tempfile.TemporaryDirectory() as folder:
        compare(Path(folder), arguments.shape, arguments.sequences, arguments.repeats)


if __name__ == "__main__":
    main()
