"""The file of the cache damaged in every way, before and while runs use it: all runs go on.

`FAULTS_CACHES` says how many files are damaged, `FAULTS_SEED` which.
"""

import contextlib
import multiprocessing
import os
import random
import subprocess
import time
from collections.abc import Callable
from itertools import count

import numpy as np
import pytest

from steps.cache import open_cache, sequence_digest
from steps.cache.aside import MOST, set_aside_before
from steps.cache.run_cache import LOST, RunCache
from steps.embed.reuse import Reuse
from steps.progress import Progress
from tests.faults.test_full_disk import Filler, disk  # noqa: F401 (a fixture)
from tests.support.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.faults

CACHES = int(os.environ.get("FAULTS_CACHES", "200"))
SEED = os.environ.get("FAULTS_SEED") or "1"
SEQUENCES = [f"MK{'A' * n}" for n in range(300)]
PAGE = 4096
_processes = multiprocessing.get_context("spawn")


class Lengths:
    """An embedder whose answers follow from the sequence."""

    name, revision, dimensions, packages = "lengths", "1", 64, ()

    def embed(self, sequences, advance):
        for at in range(0, len(sequences), 50):
            some = range(at, min(at + 50, len(sequences)))
            advance(len(some))
            yield list(some), expected([sequences[each] for each in some])


def expected(sequences) -> np.ndarray:
    return np.array([[len(sequence)] * 64 for sequence in sequences], dtype="f4")


def run(path, sequences=SEQUENCES, **options) -> int:
    """Do what a run does; return how many embeddings were known."""
    with RunCache(lambda: open_cache(str(path), **options)) as cache:
        reuse = Reuse(cache, Lengths(), sequences, Progress(None, len(sequences)))
        assert np.array_equal(reuse.complete(), expected(sequences))
    return reuse.reused


@pytest.fixture
def path(tmp_path):
    return tmp_path / "store.sqlite"


def flip(data: bytearray, rng: random.Random) -> None:
    for _ in range(rng.randint(1, 200)):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def change_header(data: bytearray, rng: random.Random) -> None:
    for _ in range(rng.randint(1, 8)):
        data[rng.randrange(100)] = rng.randrange(256)


def change_schema(data: bytearray, rng: random.Random) -> None:
    for _ in range(rng.randint(1, 8)):
        data[rng.randrange(100, PAGE)] = rng.randrange(256)


def change_pages(data: bytearray, rng: random.Random) -> None:
    pages = len(data) // PAGE
    for _ in range(rng.randint(1, 6)):
        to, other = rng.randrange(pages) * PAGE, rng.randrange(pages) * PAGE
        data[to : to + PAGE] = rng.choice([rng.randbytes(PAGE), data[other : other + PAGE]])


def blank(data: bytearray, rng: random.Random) -> None:
    begin = rng.randrange(len(data))
    end = min(len(data), begin + rng.randint(1, 20_000))
    data[begin:end] = bytes(end - begin)


def truncate(data: bytearray, rng: random.Random) -> None:
    del data[rng.randrange(len(data)) :]


def replace(data: bytearray, rng: random.Random) -> None:
    data[:] = rng.randbytes(rng.randrange(50_000))


Damage = Callable[[bytearray, random.Random], None]
KINDS: list[Damage] = [
    flip, change_header, change_schema, change_pages, blank, truncate, replace
]  # fmt: skip


def test_no_damage_of_the_file_fails_a_run(path, capsys):
    assert run(path) == 0
    whole, known, aside = path.read_bytes(), [], 0
    for number in range(CACHES):
        rng, data = random.Random(f"{SEED}:{number}"), bytearray(whole)
        rng.choice(KINDS)(data, rng)
        path.write_bytes(data)
        # With a bound so small, closing prunes.
        known.append(run(path, max_gigabytes=rng.choice([1, 1e-5])))
        # A damaged index shows when its pages are written to, which may take some runs.
        healed = any(run(path) == len(SEQUENCES) for _ in range(8))
        assert healed, f"FAULTS_SEED={SEED}, {number}"
        aside += len(set_aside_before(path))
        for each in path.parent.iterdir():
            each.unlink()
    with capsys.disabled():
        print(f"\n{CACHES} damaged caches: {aside} set aside, {sum(map(bool, known))} of use")
    assert aside > CACHES / 2


def run_again_and_again(path, seconds, number):
    end, rng = time.monotonic() + seconds, random.Random(number)
    for _ in count():
        run(path, rng.sample(SEQUENCES, 100), max_gigabytes=rng.choice([1, 1e-5]))
        if time.monotonic() > end:
            break


def damage_in_place(path, rng: random.Random) -> None:
    """Overwrite or cut a file that others have open."""
    with path.open("r+b") as file:
        size = os.fstat(file.fileno()).st_size
        if rng.random() < 0.3:
            return os.truncate(path, rng.randrange(size + 1))
        for _ in range(rng.randint(1, 5)):
            file.seek(rng.randrange(size + 1))
            file.write(rng.randbytes(rng.randint(1, 2 * PAGE)))
    return None


def test_damage_while_many_processes_use_the_file_fails_none(path):
    run(path)
    rng, seconds = random.Random(SEED), 20
    workers = [
        _processes.Process(target=run_again_and_again, args=(path, seconds, number))
        for number in range(4)
    ]
    for worker in workers:
        worker.start()
    end = time.monotonic() + seconds + 2 * PATIENCE_SECONDS
    while any(worker.is_alive() for worker in workers) and time.monotonic() < end:
        time.sleep(rng.uniform(0.2, 1))
        with contextlib.suppress(FileNotFoundError):
            damage_in_place(path, rng)
        for left in set_aside_before(path)[: 1 - MOST]:
            left.unlink()
    for worker in workers:
        worker.kill()
        worker.join(PATIENCE_SECONDS)
    assert [worker.exitcode for worker in workers] == [0] * 4
    assert set_aside_before(path)


def test_full_disk_costs_a_run_its_cache_alone(disk, caplog):  # noqa: F811
    path = disk / "store.sqlite"
    run(path, SEQUENCES[:10])
    with RunCache(lambda: open_cache(str(path))) as cache, Filler(disk):
        reuse = Reuse(cache, Lengths(), SEQUENCES, Progress(None, len(SEQUENCES)))
        assert np.array_equal(reuse.complete(), expected(SEQUENCES))
        assert reuse.reused == 10
        # To open it takes some room, too.
        run(path)
        assert run(disk / "other.sqlite") == 0
    assert LOST in caplog.messages
    run(path)
    assert run(path) == len(SEQUENCES) and not set_aside_before(path)


def test_disk_that_is_read_only_costs_a_run_its_cache_alone(disk, caplog):  # noqa: F811
    path, junk = disk / "store.sqlite", disk / "junk.sqlite"
    run(path)
    junk.write_bytes(b"junk" * 5000)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    try:
        assert run(path) == run(junk) == 0
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    assert caplog.messages.count(LOST) == 2
    assert run(path) == len(SEQUENCES) and not set_aside_before(path)


def test_entries_of_junk_are_made_again(path):
    run(path)
    with RunCache(lambda: open_cache(str(path))) as cache:
        digests = [sequence_digest(sequence) for sequence in SEQUENCES[:50]]
        junk = {digest: np.full(3, np.nan, dtype="f4") for digest in digests}
        cache.add_embeddings("lengths", "1", junk)
    assert run(path) == len(SEQUENCES) - 50
