"""Transferred labels: those of protspace's own command on the same bundle and embeddings."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from protspace.cli.app import app
from protspace.data.io.bundle import read_tables, write_bundle
from typer.testing import CliRunner

from steps.embed.file import write_embeddings
from steps.optional.transfer.step import main
from tests.steps.optional.transfer.conftest import bundled

COUNT = 90
COLUMNS = ("family", "number", "rare")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with proteins; some embeddings are equal, one is 0 and one is missing."""
    folder = tmp_path_factory.mktemp("transfer")
    rng = np.random.default_rng(5)
    family = rng.integers(0, 4, COUNT)
    matrix = (rng.normal(size=(4, 24))[family] + rng.normal(size=(COUNT, 24))).astype(np.float32)
    matrix[10], matrix[12] = matrix[11], 0
    names = [f"{'AB'[row % 2]}{row:02d}" for row in rng.permutation(COUNT)]
    labels = [f"family {it}; part%3B 1|EXP" if rng.random() < 0.4 else None for it in family]
    labels[:3] = ["N/A", "", " "]
    numbers = [str(float(it)) if rng.random() < 0.5 else None for it in family]
    table = {"protein_id": names, "family": labels, "number": numbers}
    table["rare"] = [*[None] * 12, *"xyzxyzxy", *[None] * (COUNT - 20)]
    annotations = pa.table({name: pa.array(it, pa.string()) for name, it in table.items()})
    write_embeddings(folder / "v.h5", "model", [(names[:-1], matrix[:-1])])
    write_bundle(bundled(annotations), folder / "x.parquetbundle")
    # protspace writes some cells otherwise: 2.0 as 2.
    written, _, _ = read_tables(folder / "x.parquetbundle")
    pq.write_table(written, folder / "a.parquet")
    return folder


@pytest.fixture(autouse=True)
def logging(monkeypatch):
    """Keep protspace from logging to streams that end with the test."""
    monkeypatch.setattr("protspace.cli.transfer.setup_logging", lambda verbosity: None)


def ours(folder, path, *options):
    arguments = [folder / "a.parquet", "--embeddings", folder / "v.h5", "--transfer", *COLUMNS]
    arguments += [*options, "--output", path / "o.parquet", "--origins", path / "o.tsv"]
    main(list(map(str, arguments)))
    return pq.read_table(path / "o.parquet").to_pydict(), (path / "o.tsv").read_text()


def theirs(folder, path, *options):
    arguments = ["transfer", "-b", folder / "x.parquetbundle", "-e", folder / "v.h5", *options]
    arguments += [text for name in COLUMNS for text in ("-t", name)]
    arguments += ["-o", path / "p.parquetbundle", "--report", path / "p.tsv"]
    result = CliRunner().invoke(app, list(map(str, arguments)))
    assert result.exit_code == 0, result.output
    table, _, _ = read_tables(path / "p.parquetbundle")
    return table.drop_columns(COLUMNS), (path / "p.tsv").read_text()


def comparable(table, pattern):
    """Return text of cells by protein, as a bundle has them; confidences in six digits."""
    columns = table.to_pydict() if isinstance(table, pa.Table) else table
    ids = columns["protein_id"]
    return {
        name: dict(zip(ids, [pattern(name, it) for it in cells], strict=True))
        for name, cells in columns.items()
    }


def cell(name, value):
    if value in (None, ""):
        return ""
    return f"{float(value):.6g}" if name.endswith("confidence") else value


#: Options of protspace -> those of ours.
CHOICES = {
    "--k=1": "--neighbors=1",
    "--k=3": "--neighbors=3",
    "--k=500": "--neighbors=500",
    "--metric=euclidean": "--metric=euclidean",
    "--max-distance=0.3": "--max-distance=0.3",
    "--max-distance=3": "--max-distance=3",
    "--max-distance=auto": "--max-distance=auto",
    "--skip-distant": "--skip-distant",
    "--query-id-prefix=A": "--queries=A",
    "--query-where=protein_id~B1": "--queries=protein_id~B1",
    "--query-where=number~1": "--queries=number~1",
    "--reference-id-prefix=B": "--only-references=B",
    "--reference-id-prefix=A": "--only-references=A",
    "--reference-where=family~FAMILY 1": "--only-references=family~FAMILY 1",
    "--reference-where=protein_id~0": "--only-references=protein_id~0",
}


@pytest.mark.parametrize(
    "options",
    [
        "--k=1",
        "--k=3",
        "--k=500",
        "--k=3 --max-distance=0.3",
        "--max-distance=auto --skip-distant",
        "--k=3 --max-distance=0.3 --skip-distant",
        "--k=3 --metric=euclidean",
        "--k=500 --metric=euclidean --max-distance=auto",
        "--metric=euclidean --max-distance=3 --skip-distant",
        "--query-id-prefix=A --reference-id-prefix=B",
        "--query-id-prefix=A --query-where=protein_id~B1 --k=3",
        "--query-where=number~1 --reference-where=protein_id~0",
        "--reference-where=family~FAMILY&1 --reference-id-prefix=A --max-distance=auto",
        "--query-id-prefix=A --reference-where=protein_id~0 --k=3 --metric=euclidean",
    ],
)
def test_labels_are_those_of_protspace(folder, tmp_path, options):
    given = [text.replace("&", " ") for text in options.split()]
    table, origins = ours(folder, tmp_path, *(CHOICES[text] for text in given))
    their_table, their_origins = theirs(folder, tmp_path, *given)
    assert comparable(table, cell) == comparable(their_table, cell)
    assert origins == their_origins
    assert origins.count("\n") > 5


def test_number_of_threads_changes_nothing(folder, tmp_path):
    one, two = (ours(folder, tmp_path, "--neighbors=3", f"--threads={n}") for n in (1, 2))
    assert one == two
