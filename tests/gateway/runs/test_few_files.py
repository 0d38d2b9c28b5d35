"""Inodes: how many a run needs, and what happens where there are hardly any."""

import os

import pytest

from gateway.runs import disk
from tests.support.gateway_process import fasta
from tests.support.waiting import wait_until


def test_run_with_two_projections_leaves_few_files(gateway):
    job_id = gateway.submit(fasta(20), methods="pca2,umap2", annotations="header,sequence")
    assert gateway.finish(job_id)["event"] == "done"
    folder = gateway.root / job_id
    wait_until(lambda: not (folder / ".snakemake").exists())
    found = list(folder.rglob("*"))
    assert len(found) + 1 <= 45, sorted(map(str, found))


@pytest.mark.parametrize(
    ("files", "free", "few"),
    [(1000, 2 * disk.RUN_FILES - 1, True), (1000, 2 * disk.RUN_FILES, False), (0, 0, False)],
)
def test_file_system_without_room_for_two_runs_is_full(tmp_path, monkeypatch, files, free, few):
    true = os.statvfs(tmp_path)
    values = {**{n: getattr(true, n) for n in dir(true) if n.startswith("f_")}}
    found = type("Found", (), values | {"f_files": files, "f_favail": free})
    monkeypatch.setattr(os, "statvfs", lambda path: found)
    assert disk.low(tmp_path, 0) is few
