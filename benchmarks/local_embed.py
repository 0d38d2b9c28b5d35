"""Our local backend against protspace's, on one model, the same sequences and the same machine.

The model is an ESM-2 or ProtT5 of the given shape with random weights, the sequences are random
with the lengths of real proteins (log-normal, median 300); neither matters for speed. Each run is a
process of its own and counts from the call to the last vector in the HDF5 file, loading the model
included, importing PyTorch not. Needs PyTorch (`make test-local` installs it) and no network.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
LETTERS = "<cls> <pad> <eos> <unk> L A G V S E R T I D P K Q N F Y M H W C X B U Z O . - <null_1>"


@dataclass(frozen=True)
class Shape:
    """Sizes of a model; `attention` is the width of all heads of a layer together."""

    embedder: str
    layers: int
    width: int
    attention: int
    inner: int
    heads: int

    @property
    def family(self) -> str:
        return "prot_t5" if self.embedder == "prot_t5" else "esm"


SHAPES = {
    "8m": Shape("esm2_8m", 6, 320, 320, 1280, 20),
    "650m": Shape("esm2_650m", 33, 1280, 1280, 5120, 20),
    "prot-t5": Shape("prot_t5", 24, 1024, 4096, 16384, 32),
    # Of no model: to try everything else.
    "tiny-esm": Shape("esm2_35m", 2, 64, 64, 128, 4),
    "tiny-t5": Shape("prot_t5", 2, 64, 64, 128, 4),
}
TARGETS = {"local-cpu-8m": 0.77, "local-gpu-650m": 0.33}
#: Dense float16 on tensor cores, as the vendor states it.
PEAKS = {"H100": 989e12, "H200": 989e12, "A100": 312e12, "L4": 121e12, "T4": 65e12}


def make_model(folder: Path, shape: str) -> Path:
    """Write a checkpoint, where it is not there yet, and return its folder."""
    import torch

    sizes = SHAPES[shape]
    path = folder / sizes.embedder
    if not path.exists():
        torch.manual_seed(0)
        # Billions of random numbers take a CPU a minute.
        with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
            unfinished = folder / "unfinished"
            (_make_t5 if sizes.family == "prot_t5" else _make_esm)(unfinished, sizes)
        unfinished.rename(path)
    return path


def _make_esm(path: Path, sizes: Shape) -> None:
    from transformers import EsmConfig, EsmForMaskedLM

    letters = [*LETTERS.split(), "<mask>"]
    config = EsmConfig(
        vocab_size=len(letters),
        pad_token_id=1,
        mask_token_id=len(letters) - 1,
        hidden_size=sizes.width,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        intermediate_size=sizes.inner,
        max_position_embeddings=1026,
        layer_norm_eps=1e-5,
        position_embedding_type="rotary",
        token_dropout=True,
    )
    EsmForMaskedLM(config).save_pretrained(path)
    (path / "vocab.txt").write_text("\n".join(letters))
    (path / "tokenizer_config.json").write_text('{"tokenizer_class": "EsmTokenizer"}')


def _make_t5(path: Path, sizes: Shape) -> None:
    from transformers import T5Config, T5EncoderModel

    from tests.support.tiny import word_start_pieces

    config = T5Config(
        vocab_size=128,
        d_model=sizes.width,
        d_kv=sizes.attention // sizes.heads,
        d_ff=sizes.inner,
        num_layers=sizes.layers,
        num_heads=sizes.heads,
        feed_forward_proj="relu",
    )
    # Float16, as the checkpoint that both backends load.
    T5EncoderModel(config).half().save_pretrained(path)
    (path / "spiece.model").write_bytes(word_start_pieces())
    (path / "tokenizer_config.json").write_text('{"tokenizer_class": "T5Tokenizer"}')


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
    embedder = Embedder(
        find_model(SHAPES[shape].embedder), Options(models=str(folder), offline=True)
    )
    rows = {}
    for positions, vectors in embedder.embed(sequences, lambda _: None):
        rows |= dict(zip(positions, vectors, strict=True))
    names = [str(at) for at in range(len(rows))]
    ordered = np.array([rows[at] for at in range(len(rows))])
    write_embeddings(output, embedder.name, [(names, ordered)])
    return time.perf_counter() - started


def protspace(folder: Path, shape: str, sequences: list[str], output: Path) -> float:
    import torch  # noqa: F401
    from protspace.data.embedding import local
    from transformers import AutoTokenizer, EsmModel, T5EncoderModel  # noqa: F401

    started = time.perf_counter()
    name = SHAPES[shape].embedder
    local.LOCAL_CHECKPOINTS[name] = (str(folder / name), SHAPES[shape].family)
    local.embed_sequences({str(at): it for at, it in enumerate(sequences)}, name, output)
    return time.perf_counter() - started


def timed(backend: str, folder: Path, shape: str, count: int) -> float:
    """Seconds of one run in a process of its own, on the GPU of this machine if it has one."""
    command = [sys.executable, __file__, "--run", backend, "--folder", str(folder)]
    result = subprocess.run(
        [*command, "--shape", shape, "--sequences", str(count)], stdout=subprocess.PIPE, check=True
    )
    seconds = json.loads(result.stdout.splitlines()[-1])
    print(f"  {backend}: {count} sequences in {seconds:.2f} s", flush=True)
    return seconds


def compare(folder: Path, shape: str, count: int, repeats: int) -> None:
    import torch

    make_model(folder, shape)
    sequences = make_sequences(count)
    residues = sum(map(len, sequences))
    gpu = torch.cuda.is_available()
    machine = torch.cuda.get_device_name() if gpu else f"{torch.get_num_threads()} CPU threads"
    print(f"{shape} on {machine}: {count} sequences, {residues} residues, median of {repeats}")
    # Only warms the caches of the disk.
    timed("ours", folder, shape, 10)
    runs: list[tuple[float, float]] = []
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
    sizes = SHAPES[shape]
    tokens = [len(sequence) + 2 for sequence in sequences]
    weights = 4 * sizes.width * sizes.attention + 2 * sizes.width * sizes.inner
    matrices = 2 * sizes.layers * weights * sum(tokens)
    attention = 4 * sizes.layers * sizes.attention * sum(length**2 for length in tokens)
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
