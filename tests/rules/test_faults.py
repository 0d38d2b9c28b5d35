"""Time until a run fails by a broken Biocentral server: real time limits, all faults at once."""

import json
import subprocess
import sys
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.fakes.biocentral import FakeBiocentral

FAULTS = ["down", "503", "503-after-submit", "hang", "hang-status", "garbage-json", "reset"]


@pytest.mark.slow
def test_every_fault_fails_a_run_within_a_minute(tmp_path):
    table = pa.table({"protein_id": ["A", "B"], "sequence": ["MKV", "MLL"]})
    pq.write_table(table, tmp_path / "sequences.parquet")
    fakes = {fault: FakeBiocentral(fault=fault) for fault in FAULTS}
    started, seconds = time.monotonic(), {}
    running = {fault: _embed(tmp_path, fault, fake.__enter__()) for fault, fake in fakes.items()}
    while len(seconds) < len(running) and time.monotonic() - started < 90:
        time.sleep(0.1)
        for fault, process in running.items():
            if process.poll() is not None:
                seconds.setdefault(fault, time.monotonic() - started)
    for fault, fake in fakes.items():
        running[fault].kill()
        fake.__exit__(None, None, None)
    assert set(seconds) == set(FAULTS) and max(seconds.values()) < 60, seconds
    codes = {json.loads((tmp_path / f"{fault}.error.json").read_text())["code"] for fault in FAULTS}
    assert codes == {"BIOCENTRAL_UNAVAILABLE"}


def _embed(folder, fault: str, fake: FakeBiocentral) -> subprocess.Popen:
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "steps", "embed", str(folder / "sequences.parquet")),
            *("--embedder", "esm2_8m", "--biocentral-url", fake.url, "--cache", "none"),
            *("--output", str(folder / fault / "x.h5"), "--log", str(folder / f"{fault}.log")),
        ]
    )
