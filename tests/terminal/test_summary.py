"""What is said of a data set, from the reports of its steps."""

import json

import pytest

from terminal.summary import Summary


@pytest.mark.parametrize(
    ("parameters", "said"),
    [({}, ["2 with the sequence of another"]), ({"files": [{"name": "x.h5"}]}, [])],
    ids=["computed", "of a file"],
)
def test_equal_sequences_are_counted_where_they_were_compared(tmp_path, parameters, said):
    report = {"step": "embed", "counts": {"sequences": 5, "distinct": 3}, "parameters": parameters}
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "embed.json").write_text(json.dumps(report))
    assert Summary(tmp_path).changed == said
