"""All that needs a GPU, in one go of at most eight minutes: `python benchmarks/gpu.py`.

Each part is a process of its own with a time limit, so one that fails costs the others nothing. The
models have the shapes of ESM-2 650M and ProtT5 and random weights, embeddings to search are
simulated (`plm_like.py`): neither the network nor files are needed.

- speed-esm, speed-t5: our local backend against protspace's.
- memory: batches that do not fit are split, and a sequence that does not is refused.
- precision: embeddings in half precision against those in float32.
- search: exact neighbours of 573,000 points of 1,024 dimensions, against faiss on a sample.
- layout: the other parts of UMAP, on those neighbours.

`--device cpu --small` runs all of it without a GPU, with models of no use and few points. Needs
what `make test-local` installs.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
NEIGHBORS = 25
#: Queries of which faiss finds the neighbours too.
SAMPLE = 2000


@dataclass(frozen=True)
class Sizes:
    """How much there is to do, by the device and `--small`."""

    esm: str
    t5: str
    sequences: int
    points: int
    dimensions: int
    budget: int


LARGE = Sizes("650m", "prot-t5", 1000, 573_000, 1024, 32_768)
SMALL = Sizes("tiny-esm", "tiny-t5", 20, 3000, 128, 4096)


@dataclass(frozen=True)
class Work:
    """What a part is given: a folder that all parts share, a torch device, and sizes."""

    folder: Path
    device: str
    sizes: Sizes


def print_ratio(name: str, value: float, target: float) -> None:
    """`ratio NAME VALUE TARGET`: at most the target is good."""
    print(f"ratio {name} {value:.4g} {target}", flush=True)


def speed_esm(work: Work) -> None:
    """Time our backend and protspace's with ESM-2."""
    from benchmarks.local_embed import compare

    compare(work.folder, work.sizes.esm, work.sizes.sequences, repeats=2)


def speed_t5(work: Work) -> None:
    """Time our backend and protspace's with ProtT5."""
    from benchmarks.local_embed import compare

    compare(work.folder, work.sizes.t5, work.sizes.sequences, repeats=1)


def memory(work: Work) -> None:
    """Embed with too little memory for a batch, then for a single sequence."""
    from benchmarks.local_embed import SHAPES, make_model
    from steps.embed.models.local.network import Network
    from steps.embed.models.local.runner import Runner
    from steps.errors import StepError

    path = make_model(work.folder, work.sizes.esm)
    half = "float32" if work.device == "cpu" else "float16"
    network = Network(path, SHAPES[work.sizes.esm].family, work.device, half)
    batch = _sequences(work.sizes.budget // 256, 254)
    ours = Runner(network, work.sizes.budget)
    expected = _embedded(Runner(network, 1024), batch)
    with _room_for(network, work.sizes.budget // 8):
        found = _embedded(ours, batch)
    print(f"budget of {work.sizes.budget} tokens became {ours.budget}")
    _require(found.shape == expected.shape and np.isfinite(found).all(), "embeddings are missing")
    print_ratio("gpu-memory-split", ours.budget / work.sizes.budget, 0.5)
    print_ratio("gpu-memory-difference", 1 - _lowest_cosine(found, expected), 0.0001)
    try:
        with _room_for(network, 64):
            _embedded(Runner(network, work.sizes.budget), _sequences(1, 20_000))
    except StepError as error:
        print(f"a long sequence: {error.code}: {error.message}")
        _require(error.code == "OUT_OF_MEMORY", "another code was expected")
        return
    raise SystemExit("a sequence that does not fit was embedded")


@contextmanager
def _room_for(network: object, tokens: int) -> Iterator[None]:
    """Leave memory beside the weights for about so many tokens.

    A CPU has no such limit, so there a batch with more tokens raises what PyTorch would.
    """
    import torch

    from steps.embed.models.local.batches import padded
    from steps.embed.models.local.devices import bytes_per_token

    if network.device.type == "cuda":
        torch.cuda.empty_cache()
        each = bytes_per_token(network._network.config.to_dict())
        whole = torch.cuda.get_device_properties(network.device).total_memory
        allowed = torch.cuda.memory_reserved(network.device) + tokens * each
        torch.cuda.set_per_process_memory_fraction(allowed / whole, network.device)
        try:
            yield
        finally:
            torch.cuda.set_per_process_memory_fraction(1.0, network.device)
        return
    pooled = network.pooled

    def within(sequences: list[str]) -> torch.Tensor:
        if padded([len(sequence) for sequence in sequences]) > tokens:
            raise torch.OutOfMemoryError("injected")
        return pooled(sequences)

    network.pooled = within
    try:
        yield
    finally:
        network.pooled = pooled


def precision(work: Work) -> None:
    """Compare embeddings in half precision with those in float32."""
    from benchmarks.local_embed import SHAPES, make_model, make_sequences
    from steps.embed.models.local.network import Network
    from steps.embed.models.local.runner import Runner

    sequences = make_sequences(128 if work.sizes is LARGE else 10)
    for shape in (work.sizes.esm, work.sizes.t5):
        path, family = make_model(work.folder, shape), SHAPES[shape].family
        # Float32 first: half precision lets float32 products be TF32 (see Network).
        full, half = (
            _embedded(Runner(Network(path, family, work.device, name), 8192), sequences)
            for name in ("float32", "float16")
        )
        cosine = _lowest_cosine(full, half)
        print(f"{shape}: lowest cosine of float16 to float32 {cosine:.7f}")
        print_ratio(f"gpu-precision-{shape}", 1 - cosine, 0.001)


def _sequences(count: int, length: int) -> list[str]:
    letters = list("ACDEFGHIKLMNPQRSTVWY")
    rows = np.random.default_rng(0).choice(letters, (count, length))
    return ["".join(row) for row in rows]


def _embedded(runner: object, sequences: list[str]) -> np.ndarray:
    """Return embeddings in the order of the sequences; all are offered as batches of a plan."""
    from steps.embed.models.local.batches import plan

    batches = plan([len(sequence) for sequence in sequences], runner.budget)
    rows = {}
    for positions, vectors in runner.run((it, [sequences[at] for at in it]) for it in batches):
        rows |= dict(zip(positions, vectors, strict=True))
    return np.array([rows[at] for at in range(len(sequences))])


def _lowest_cosine(one: np.ndarray, other: np.ndarray) -> float:
    norms = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return float((np.einsum("id,id->i", one.astype(float), other) / norms).min())


def _require(condition: bool, otherwise: str) -> None:
    if not condition:
        raise SystemExit(otherwise)


def search(work: Work) -> None:
    """Find exact neighbours as step project does, and those of a sample by faiss."""
    from benchmarks import plm_like
    from steps.project.knn import exact, torch_exact
    from steps.project.knn import search as knn
    from steps.project.knn.points import Points, drawn

    sizes, cores = work.sizes, len(os.sched_getaffinity(0))
    with _timed("simulated embeddings"):
        matrix = np.empty((sizes.points, sizes.dimensions), dtype=np.float32)
        filled = 0
        for block in plm_like.embeddings(sizes.points, sizes.dimensions):
            matrix[filled : filled + len(block)] = block
            filled += len(block)
        np.save(work.folder / "points.npy", matrix)
    few = Points(matrix[:5000])
    with _timed("start of the GPU"):
        torch_exact.nearest(few, few, NEIGHBORS, work.device)
    ours: list[float] = []

    def by_torch(queries: Points, references: Points, k: int, device: str) -> np.ndarray:
        with _timed(f"search of {len(queries)} x {sizes.dimensions} on {work.device}") as seconds:
            found = torch_exact.nearest(queries, references, k, work.device)
        ours.extend(seconds)
        return found

    # The device that stands for the GPU may be the CPU.
    knn._by_torch = by_torch
    with _timed(f"search, then distances by {cores} threads"):
        near = knn.nearest_neighbors(matrix, NEIGHBORS, "euclidean", cores, "cuda")
    print(knn.described(near))
    np.savez(work.folder / "neighbors.npz", indices=near.indices, distances=near.distances)
    points, rows = Points(matrix), drawn(len(matrix), SAMPLE)
    with _timed(f"faiss, {len(rows)} queries") as theirs:
        truth = exact.nearest(points.only(rows), points, NEIGHBORS, 1)
    # A point as near as the last one may take its place, so distances are compared.
    farthest = exact.distances(points.only(rows), points, truth, cores).max(axis=1)
    missed = (near.distances[rows] > farthest[:, None] + 1e-3).mean()
    print_ratio("gpu-search-missed", missed, 0.0001)
    whole = theirs[0] * len(points) / len(rows)
    print(f"faiss would take {whole:.0f} s for all: {whole / ours[0]:.1f} times as long")


def layout(work: Work) -> None:
    """Time the other parts of UMAP on the neighbours that `search` has found."""
    from steps.project import threads

    cores = len(os.sched_getaffinity(0))
    threads.let_numba_use(cores)
    from umap.umap_ import find_ab_params, fuzzy_simplicial_set

    from steps.project.umap.layout import lay_out
    from steps.project.umap.start import start

    near = np.load(work.folder / "neighbors.npz")
    indices, distances = near["indices"], near["distances"]
    points = np.load(work.folder / "points.npy")
    random = np.random.RandomState(42)
    with _timed("principal components"):
        begin = start(points, random)
    curve = find_ab_params(1.0, 0.1)
    pair = np.array([0, 1], dtype=np.int32), np.array([1, 0], dtype=np.int32)
    with _timed("compiling the layout"):
        lay_out(begin[:16], (*pair, np.ones(2, dtype=np.float32)), curve, 1, 42)
    with _timed("graph"):
        graph = fuzzy_simplicial_set(
            points, NEIGHBORS, random, "euclidean", {}, indices, distances
        )[0].tocoo()
    epochs = 500 if len(points) <= 10_000 else 200
    with _timed(f"layout, {epochs} epochs, {cores} cores"):
        lay_out(begin, (graph.row, graph.col, graph.data), curve, epochs, 42)


@contextmanager
def _timed(name: str) -> Iterator[list[float]]:
    """Print the seconds of what is done meanwhile; the list has them afterwards."""
    seconds: list[float] = []
    started = time.perf_counter()
    yield seconds
    seconds.append(time.perf_counter() - started)
    print(f"{name}: {seconds[0]:.2f} s", flush=True)


#: Parts and their limits in seconds; together eight minutes.
PARTS: dict[str, tuple[Callable[[Work], None], int]] = {
    "speed-esm": (speed_esm, 115),
    "speed-t5": (speed_t5, 75),
    "memory": (memory, 30),
    "precision": (precision, 40),
    "search": (search, 125),
    "layout": (layout, 95),
}


def run_apart(name: str, work: Work, options: list[str], seconds: int) -> bool:
    """Run a part in a process of its own; return whether it succeeded, and print why not."""
    print(f"--- {name} (at most {seconds} s)", flush=True)
    command = [sys.executable, __file__, "--part", name, "--folder", str(work.folder), *options]
    with (work.folder / f"{name}.stderr").open("w+") as errors:
        process = subprocess.Popen(command, stderr=errors, start_new_session=True)
        try:
            status = process.wait(timeout=seconds)
            why = f"status {status}"
        except subprocess.TimeoutExpired:
            status, why = 1, f"not done after {seconds} s"
        finally:
            # Its own processes too, whatever has happened.
            _kill_group(process.pid)
            process.wait()
        if status:
            errors.seek(0)
            print(
                f"FAILED {name}: {why}", *errors.read().splitlines()[-20:], sep="\n  ", flush=True
            )
    return not status


def _kill_group(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    options.add_argument("--small", action="store_true", help="few and tiny, to try all parts")
    options.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    options.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    options.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = options.parse_args()
    if arguments.device == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
    sizes = SMALL if arguments.small else LARGE
    if arguments.part:
        # With a number, which some functions of PyTorch need.
        device = "cuda:0" if arguments.device == "cuda" else "cpu"
        PARTS[arguments.part][0](Work(arguments.folder, device, sizes))
        return
    passed = [f"--device={arguments.device}", *(["--small"] if arguments.small else [])]
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        work = Work(Path(folder), arguments.device, sizes)
        for name in arguments.only:
            # A machine that only tries the parts may be slow.
            limit = PARTS[name][1] * (5 if arguments.small else 1)
            if not run_apart(name, work, passed, limit):
                failed.append(name)
    print(f"failed: {', '.join(failed)}" if failed else "all parts are done")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
