"""Proteins of an input that join a map: repeated, changed and leaving ones."""

import pyarrow.parquet as pq
import pytest

from steps.errors import StepError
from steps.normalize.limits import Limits
from steps.normalize.onto import join
from steps.normalize.step import normalize

OLD = {"a": "MKTAYIAKQR", "b": "MSTNPKPQRK", "c": "MALWMRLLPL"}


def table(folder, name, proteins):
    folder = folder / name
    folder.mkdir(exist_ok=True)
    (folder / "x.fasta").write_text("".join(f">{key}\n{text}\n" for key, text in proteins.items()))
    files = folder / "sequences.fasta", folder / "sequences.parquet"
    normalize(folder / "x.fasta", *files, Limits())
    return files


def joined(folder, new, leaving=None):
    _, old = table(folder, "map", OLD)
    files = table(folder, "new", new)
    if leaving is not None:
        (folder / "list.txt").write_text(leaving)
    counts = join(old, *files, folder / "list.txt" if leaving is not None else None)
    return counts, pq.read_table(files[1]), files[0].read_text()


def refusal(folder, new, leaving=None):
    with pytest.raises(StepError) as caught:
        joined(folder, new, leaving)
    return caught.value.code, caught.value.message


def test_old_proteins_come_first_and_as_they_were(tmp_path):
    counts, found, fasta = joined(tmp_path, {"z": "MKKKW", "b": OLD["b"]})
    assert found["protein_id"].to_pylist() == ["a", "b", "c", "z"]
    assert found.slice(0, 3).equals(pq.read_table(tmp_path / "map/sequences.parquet"))
    assert counts == {"old": 3, "new": 1, "known": 1}
    assert fasta == "".join(f">{key}\n{text}\n" for key, text in (OLD | {"z": "MKKKW"}).items())


def test_input_of_known_proteins_changes_nothing(tmp_path):
    counts, found, _ = joined(tmp_path, {"c": OLD["c"]})
    assert (counts["new"], found.num_rows) == (0, 3)


@pytest.mark.parametrize(
    ("sequence", "said"),
    [
        ("MSTNPKPQRR", "b (10 residues there, 10 here, other from residue 10 on)"),
        ("MSTNP", "b (10 residues there, 5 here, other from residue 6 on)"),
    ],
)
def test_another_sequence_under_a_known_identifier_is_refused(tmp_path, sequence, said):
    code, message = refusal(tmp_path, {"b": sequence})
    assert code == "DUPLICATE_IDENTIFIERS" and said in message and "Rename" in message


def test_leaving_proteins_are_gone(tmp_path):
    counts, found, _ = joined(tmp_path, {"z": "MKKKW"}, "b # twice\nb\n\n>c more\n")
    assert found["protein_id"].to_pylist() == ["a", "z"]
    assert counts["removed"] == 2


def test_list_of_leaving_proteins_may_be_utf_16(tmp_path):
    (tmp_path / "list.txt").write_text("b\r\n", encoding="utf-16")
    _, old = table(tmp_path, "map", OLD)
    counts = join(old, *table(tmp_path, "new", {"z": "MKKKW"}), tmp_path / "list.txt")
    assert counts["removed"] == 1


@pytest.mark.parametrize(
    ("new", "leaving", "said"),
    [
        ({"z": "MKKKW"}, "b\nq\n", "1 of 2 identifiers are not on the map: q"),
        ({"z": "MKKKW"}, "# none\n", "it names no protein"),
        ({"z": "MKKKW"}, "# some\na b\n", "line 2 names several proteins"),
        ({"b": "MKKKW"}, "b\n", "b would leave the map and come back"),
        ({"z": "MKKKW"}, "a\nb\nc\n", "no protein would stay"),
    ],
)
def test_proteins_that_cannot_leave_are_refused(tmp_path, new, leaving, said):
    code, message = refusal(tmp_path, new, leaving)
    assert code == "INVALID_INPUT" and said in message
