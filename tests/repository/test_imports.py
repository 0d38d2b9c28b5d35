"""No step loads what it does not use: imports are most of a short job's time."""

import subprocess
import sys

import pytest

HEAVY = (
    "numba",
    "sklearn",
    "pandas",
    "matplotlib",
    "umap",
    "faiss",
    "h5py",
    "Bio",
    "snakemake",
    "sqlalchemy",
    "biocentral_api",
    "torch",
)


@pytest.mark.parametrize(
    ("module", "allowed"),
    [
        ("config.model", ()),
        ("config.datasets", ()),
        ("normalize.step", ()),
        ("embed.step", ("h5py",)),
        ("annotate.step", ()),
        ("project.step", ()),
        ("bundle.step", ()),
        ("report.provenance", ()),
        ("report.preview", ()),
        ("report.methods.step", ()),
    ],
)
def test_starting_a_step_loads_little(module, allowed):
    code = f"import sys, steps.{module}; print(*sys.modules)"
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = {name for name in HEAVY if name in output.stdout.split()}
    assert loaded <= set(allowed)


def test_pca_loads_neither_numba_nor_umap(tmp_path):
    code = (
        "import sys, numpy as np; from steps.project.step import DEFAULTS, reduce;"
        "reduce(np.eye(9, dtype='f4'), 'pca', DEFAULTS); print(*sys.modules)"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert not {"numba", "umap", "pacmap", "faiss"} & set(output.stdout.split())
