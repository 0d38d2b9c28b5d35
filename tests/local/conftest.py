"""Tiny checkpoints with random weights, one of each family, as the model hub would have them."""

import os
import tempfile
from importlib.util import find_spec

import pytest

# `make test` has no PyTorch.
collect_ignore_glob = [] if find_spec("torch") else ["test_*.py"]
# Before transformers is imported: neither the caches of this machine nor a connection.
os.environ["HF_HOME"] = tempfile.mkdtemp(prefix="hub-")
os.environ["HF_ENDPOINT"] = "http://127.0.0.1:9"


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """A folder of models: the value of the configuration's key of that name."""
    import tests.support.tiny as tiny

    folder = tmp_path_factory.mktemp("models")
    for name, build in tiny.BUILDERS.items():
        build(folder / name)
    return folder
