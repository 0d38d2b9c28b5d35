"""Room on the disk for runs that join a base map."""

from types import SimpleNamespace

import anyio
import pytest

from gateway.http.joining import check_room
from gateway.runs import disk
from gateway.runs.base_maps import BaseMap
from gateway.runs.directory import Runs
from gateway.runs.disk import DiskFull
from gateway.runs.request import Request

TOXINS = BaseMap("toxins", "/a/results/toxins", 7, ["kmers"], ["pca2"], bytes=1000)


@pytest.fixture
def parts(tmp_path):
    """Services with one run that is running and two that wait; one joins no map."""
    runs = Runs(tmp_path)
    names = ("toxins", "toxins", None)
    one, two, alone = (
        runs.admit(runs.stage(), Request(file_name="x", base_map=name)) for name in names
    )
    scheduler = SimpleNamespace(running={one.id: None}, waiting=[two, alone])
    settings = SimpleNamespace(min_free_bytes=5)
    maps = {"toxins": TOXINS}
    return SimpleNamespace(runs=runs, scheduler=scheduler, settings=settings, base_maps=maps)


def test_runs_that_wait_and_run_count_with_their_maps(parts, monkeypatch):
    asked = []
    monkeypatch.setattr(disk, "low", lambda root, least: asked.append(least) or False)
    anyio.run(check_room, parts, TOXINS)
    anyio.run(check_room, parts, None)
    assert asked == [5 + 3 * 1000]


def test_upload_without_that_room_is_refused(parts, monkeypatch):
    monkeypatch.setattr(disk, "low", lambda root, least: least > 3000)
    with pytest.raises(DiskFull):
        anyio.run(check_room, parts, TOXINS)
