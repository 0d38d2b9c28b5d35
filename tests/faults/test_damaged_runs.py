"""Files of runs that a disk, a person or another version has changed, below a gateway that starts.

`FAULTS_MUTATIONS` says how many, `FAULTS_SEED` which. Each start has many damaged runs beside whole
ones: the gateway starts, serves the whole ones, and answers no question with a 500.
"""

import json
import os
import random
import shutil
from collections import Counter

import pytest

from tests.support.gateway_process import Gateway, fasta
from tests.support.waiting import wait_until

pytestmark = pytest.mark.faults

MUTATIONS = int(os.environ.get("FAULTS_MUTATIONS", "2000"))
SEED = int(os.environ.get("FAULTS_SEED") or 1)
A_START = 100
FILES = ("state.json", "events.jsonl", "request.json")
#: What a value becomes.
ODD = (
    *(None, True, -1, 0, 1, 2, 1e300, -1e300, 10**30, "", "x", "\ud800", "9" * 5000),
    *([], {}, [[]], {"a": None}, "running", "queued", "done", "failed", float("nan")),
)


WITHOUT = shutil.ignore_patterns(".lock", ".scratch", ".snakemake")


class Damage:
    """One way to damage the text of a file, drawn by a seed."""

    def __init__(self, seed: str):
        self.random = random.Random(seed)

    def of(self, text: str) -> bytes:
        how = self.random.choice([self._bytes, self._cut, self._junk, self._value, self._value])
        return how(text)

    def _bytes(self, text: str) -> bytes:
        data = bytearray(text.encode())
        for _ in range(self.random.randint(1, 8)):
            data[self.random.randrange(len(data))] = self.random.randrange(256)
        return bytes(data)

    def _cut(self, text: str) -> bytes:
        return text.encode()[: self.random.randrange(len(text))]

    def _junk(self, text: str) -> bytes:
        junk = [b"", b"\0" * 4096, b"[" * 100_000, b"{}", b"[]", b"null", b"1", b"\xff\xfe{"]
        return self.random.choice(junk)

    def _value(self, text: str) -> bytes:
        """Change, remove or add a field of one line."""
        lines = text.splitlines()
        place = self.random.randrange(len(lines))
        entry = json.loads(lines[place])
        holder = self.random.choice([entry, *(v for v in entry.values() if isinstance(v, dict))])
        key = self.random.choice([*holder, "schema_version", "new"])
        if self.random.random() < 0.2:
            holder.pop(key, None)
        else:
            holder[key] = self.random.choice(ODD)
        lines[place] = json.dumps(entry)
        return ("\n".join(lines) + "\n").encode()


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """Return a run root with a run that is done and one that failed."""
    root = tmp_path_factory.mktemp("stored") / "runs"
    gateway = Gateway(root, PREP_MAX_CONCURRENT_JOBS="1").start()
    done = gateway.submit(fasta(20))
    failed = gateway.submit("".join(f">P{number}\nMKV\n" for number in range(25)))
    assert gateway.finish(done)["event"] == "done"
    assert gateway.finish(failed)["event"] == "error"
    gateway.stop()
    return root, {"done": done, "failed": failed}


def test_damaged_files_cost_their_run_at_most(stored, tmp_path):
    source, kinds = stored
    seen = Counter()
    for first in range(0, MUTATIONS, A_START):
        root = tmp_path / f"runs-{first}"
        shutil.copytree(source, root, ignore=WITHOUT)
        damaged = [copy_damaged(root, kinds, f"{SEED}:{first + n}") for n in range(A_START)]
        damage_history(root, f"{SEED}:{first}")
        seen += serve(root, kinds["done"], damaged)
        shutil.rmtree(root)
    print(f"FAULTS_SEED={SEED}, {MUTATIONS} mutations: {dict(seen)}")
    assert seen["aside"] and seen[200] > MUTATIONS / 20 and not seen[500]


def copy_damaged(root, kinds, seed) -> str:
    """Return the id of a copy of a run one of whose files is damaged."""
    drawn = random.Random(seed)
    run_id = f"{drawn.getrandbits(128):032x}"
    kind = drawn.choice(["done", "failed", "queued", "running"])
    shutil.copytree(root / kinds.get(kind, kinds["done"]), root / run_id)
    if kind not in kinds:
        change_state(root / run_id, status=kind, pid=None, finished=None)
        shutil.rmtree(root / run_id / "results")
    path = root / run_id / drawn.choice(FILES)
    path.write_bytes(Damage(seed).of(path.read_text()))
    return run_id


def change_state(folder, **values) -> None:
    path = folder / "state.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def damage_history(root, seed) -> None:
    text = '{"composition": [[0.001, 1.5], [0.002, 1.25]]}'
    (root / ".history.json").write_bytes(Damage(seed).of(text))


def serve(root, whole, damaged) -> Counter:
    """Start a gateway, ask for everything, and return how often each status was the answer."""
    gateway = Gateway(root, PREP_MAX_CONCURRENT_JOBS="1", PREP_MAX_PENDING_JOBS="500").start()
    try:
        seen = Counter(status for run_id in damaged for status in ask(gateway, run_id))
        assert gateway.client.get("/api/options").status_code == 200
        assert gateway.client.get("/readyz").status_code == 200
        assert next(iter(gateway.events(whole)))["event"] == "queued"
        assert gateway.bundle(whole).status_code == 200
        for run_id in damaged:
            gateway.client.delete(f"/api/prepare/{run_id}")
        wait_until(lambda: gateway.health() == {"running": 0, "queued": 0})
        assert gateway.finish(gateway.submit(fasta(20)))["event"] == "done"
    finally:
        gateway.stop()
    return seen + Counter(aside=len(list(root.glob(".broken-*"))))


def ask(gateway, run_id) -> list[int]:
    """Ask all that can be asked about a run; do not wait for its end."""
    paths = [f"/api/prepare/{run_id}{rest}" for rest in ("", "/preview", "/table", "/bundle")]
    found = [gateway.client.get(path).status_code for path in paths]
    with gateway.client.stream("GET", f"{paths[0]}/events") as answer:
        found.append(answer.status_code)
    return found
