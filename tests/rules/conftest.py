"""Run the example once, for all tests that read its results."""

import pytest

from tests.support.snakemake_run import EXAMPLE, LABELS, succeed


@pytest.fixture(scope="session")
def example_config():
    return {"input": EXAMPLE, "annotations": f"header,sequence,{LABELS}"}


@pytest.fixture(scope="session")
def finished(tmp_path_factory, example_config):
    """Return the working directory of a run of the example; tests must not change it."""
    folder = tmp_path_factory.mktemp("finished")
    succeed(folder, **example_config)
    return folder
