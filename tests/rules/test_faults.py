"""Time until a run fails by a broken Biocentral server: real time limits, all faults at once."""

import json
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.fakes.biocentral import FakeBiocentral
from tests.support.waiting import PATIENCE_SECONDS

FAULTS = ["down", "503", "503-after-submit", "hang", "hang-status", "garbage-json", "reset"]


@pytest.mark.slow
def test_run_fails_whatever_fault_biocentral_has(tmp_path):
    table = pa.table({"protein_id": ["A", "B"], "sequence": ["MKV", "MLL"]})
    pq.write_table(table, tmp_path / "sequences.parquet")
    fakes = {fault: FakeBiocentral(fault=fault) for fault in FAULTS}
    running = {fault: _embed(tmp_path, fault, fake.__enter__()) for fault, fake in fakes.items()}
    try:
        for process in running.values():
            assert process.wait(PATIENCE_SECONDS) == 1
    finally:
        for process in running.values():
            process.kill()
    for fake in fakes.values():
        fake.__exit__(None, None, None)
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
