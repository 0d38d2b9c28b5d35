"""Make the additions that the documentation shows to a copy, and run them."""

import re
import shutil
import subprocess
import sys

import pyarrow.parquet as pq
import pytest

from tests.support.copying import copy_path
from tests.support.docs_commands import blocks
from tests.support.snakemake_run import EXAMPLE, ROOT, succeed

pytestmark = pytest.mark.slow
#: Page -> new file and the file that gets the line, for each pair of `python` blocks on it.
SHOWN = {
    "docs/own-embedder.md": [("steps/embed/models/classes.py", "steps/embed/models/__init__.py")],
    "docs/contributing.md": [
        ("steps/annotate/termini.py", "steps/annotate/groups.py"),
        ("steps/project/random_axes.py", "steps/project/methods.py"),
    ],
}


@pytest.fixture(scope="module")
def extended(tmp_path_factory):
    """Return a copy of the pipeline with all additions."""
    copy = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "Snakefile", copy)
    for name in ("rules", "steps", "terminal", "viewer", "envs", "examples"):
        copy_path(ROOT / name, copy / name)
    (copy / ".venv").symlink_to(sys.prefix)
    for page, files in SHOWN.items():
        found = re.findall(r"^```python\n(.*?)^```$", (ROOT / page).read_text(), re.M | re.S)
        for (module, registry), code, line in zip(files, found[::2], found[1::2], strict=True):
            (copy / module).write_text(code)
            register(copy / registry, line)
    return copy


def register(path, line: str) -> None:
    """Replace the registry `OWN = {...}` of a file."""
    name = line.partition(" = ")[0]
    text, count = re.subn(rf"^{name} = {{.*?}}\n", line, path.read_text(), flags=re.M | re.S)
    assert count == 1
    path.write_text(text)


def test_additions_of_the_documentation_work_as_shown(extended, tmp_path):
    shown = {"embedders": "classes", "annotations": "termini", "methods": "pca2,random2,umap2"}
    succeed(tmp_path, snakefile=extended / "Snakefile", input=EXAMPLE, **shown)
    results = tmp_path / "results" / "families"
    assert (results / "families.parquetbundle").is_file()
    table = pq.read_table(results / "annotations.parquet")
    assert {"first_residue", "last_residue"} <= set(table.column_names)
    assert (results / "projections" / "classes.random2.parquet").is_file()


def test_command_of_the_page_runs_the_embedder(extended):
    (block,) = blocks("docs/own-embedder.md")
    result = subprocess.run(["bash", "-c", block], cwd=extended, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    pictures = {path.stem for path in extended.glob("own/results/families/previews/*.svg")}
    assert {"classes.pca2", "composition.pca2"} <= pictures


def test_embedder_of_the_page_has_at_most_thirty_lines():
    (code, *_) = re.findall(
        r"^```python\n(.*?)^```$", (ROOT / "docs/own-embedder.md").read_text(), re.M | re.S
    )
    assert len([line for line in code.splitlines() if line.strip()]) <= 30
