"""How a file of embeddings and its embedder are named."""

import numpy as np
import pytest

from steps.errors import StepError
from steps.hdf5.names import count_datasets, name_in, split_name
from tests.support.embedding_files import write

KNOWN = ["prot_t5", "esm2_8m", "esm2_650m"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/a/x.h5", ("/a/x.h5", "")),
        ("/a/x.h5:prot_t5", ("/a/x.h5", "prot_t5")),
        ("/a b/x.HDF5:my model", ("/a b/x.HDF5", "my model")),
        ("/a/b:c.h5", ("/a/b:c.h5", "")),
        ("/a.h5/x.fasta", None),
        ("x.fasta", None),
        ("x.h5.gz", None),
    ],
)
def test_path_and_name_are_told_apart(text, expected):
    assert split_name(text) == expected


@pytest.mark.parametrize(
    ("file", "attributes", "expected"),
    [
        ("x.h5", {"model_name": "esm2_8m"}, "esm2_8m"),
        ("x.h5", {"model_name": np.bytes_("ESM-2 8M")}, "ESM-2 8M"),
        ("toxins_ESM2_8m.h5", {}, "esm2_8m"),
        ("per-protein.h5", {}, "per-protein"),
    ],
)
def test_embedder_is_that_of_attribute_ending_or_file(tmp_path, file, attributes, expected):
    assert name_in(write(tmp_path / file, {"P1": [1.0]}, **attributes), KNOWN) == expected


@pytest.mark.parametrize("value", ["", " ", 5, "x" * 101])
def test_attribute_that_is_no_name_is_refused(tmp_path, value):
    with pytest.raises(StepError, match="model_name"):
        name_in(write(tmp_path / "x.h5", {"P1": [1.0]}, model_name=value), KNOWN)


def test_datasets_at_the_top_are_counted(tmp_path):
    assert count_datasets(write(tmp_path / "x.h5", {"P1": [1.0], "P2": [1.0]})) == 2
