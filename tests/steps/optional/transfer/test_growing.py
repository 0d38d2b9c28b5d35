"""What proteins get that join a map, where no annotation is named."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steps.optional.transfer.growing import added, suitable

COLUMNS = {
    "family": ["a", "a", "b", "b", None, None],
    "known": ["a", "a", "b", "b", "a", "b"],
    "partly": ["a", "a", "b", "b", "a", None],
    "one label": ["a", "a", "a", "a", None, None],
    "own name": ["a", "b", "c", "d", None, None],
    "empty": [None] * 6,
    "few": ["a", None, None, "b", None, None],
}
NAMES = list("pqrsxy")


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (list(COLUMNS), ["family", "partly"]),
        (["partly", "family"], ["partly", "family"]),
        (["family"] * 5, ["family"] * 3),
        ([], []),
    ],
)
def test_annotations_that_group_proteins_and_are_lacking_are_suitable(names, found):
    table = pa.table(
        {"protein_id": NAMES, **{k: pa.array(v, pa.string()) for k, v in COLUMNS.items()}}
    )
    assert suitable(table, names, ["x", "y"]) == found


def test_proteins_that_joined_are_those_with_a_novelty(tmp_path):
    table = pa.table({"protein_id": ["a", "b"], "added": ["one", "two"], "novelty": [None, 0.5]})
    pq.write_table(table, tmp_path / "n.parquet")
    assert added(tmp_path / "n.parquet") == ["b"]
    pq.write_table(table.drop_columns("novelty"), tmp_path / "n.parquet")
    assert added(tmp_path / "n.parquet") == []
