"""When a finished run goes: by its age, or some time after its download."""

import pytest

from gateway.runs.directory import Runs
from gateway.runs.request import Request
from gateway.runs.retention import expiry
from gateway.settings import Settings


@pytest.fixture
def run_of(tmp_path):
    """Return a run that was uploaded at 1000, done at 1100, and downloaded at 1200."""

    def make(keep):
        runs = Runs(tmp_path / "runs")
        run = runs.admit(runs.stage(), Request(file_name="x.fasta", keep=keep))
        run.change(status="done", submitted=1000.0, finished=1100.0, delivered=1200.0)
        return run

    return make


@pytest.mark.parametrize(
    ("keep", "delete_after_download", "goes"),
    [
        (None, True, 1260),
        (None, False, 4700),
        (True, True, 4700),
        (False, False, 1260),
    ],
)
def test_upload_decides_over_the_default_whether_a_download_removes(
    run_of, keep, delete_after_download, goes
):
    settings = Settings(delete_after_download=delete_after_download)
    assert expiry(run_of(keep), settings) == goes


def test_kept_run_goes_with_its_age_all_the_same(run_of):
    run = run_of(keep=True)
    run.change(finished=8000.0)
    assert expiry(run, Settings()) == 1000 + 7200 - 300
