"""UniProt queries among the values of `input`."""

import pytest

from steps.errors import StepError
from steps.retrieve.queries import dataset_name, is_query, query_of


def test_query_is_told_by_its_prefix():
    assert is_query("uniprot:(family:phospholipase)")
    assert is_query("UniProt: insulin")
    assert not is_query("/data/uniprot.fasta")


def test_blanks_of_a_query_are_joined():
    assert (
        query_of("uniprot: (gene:INS)\n AND  (reviewed:true) ") == "(gene:INS) AND (reviewed:true)"
    )


@pytest.mark.parametrize("query", ["", "  ", "x" * 2001, "a\0b", "\ud800"])
def test_query_that_cannot_be_sent_is_refused(query):
    with pytest.raises(StepError) as caught:
        query_of(f"uniprot:{query}")
    assert caught.value.code == "INVALID_QUERY"


def test_data_set_is_named_after_its_query():
    assert dataset_name("(family:phospholipase) AND (reviewed:true)") == (
        "family_phospholipase_AND_reviewed_true"
    )
    assert dataset_name("*") == "uniprot"


def test_long_names_are_cut_and_differ():
    names = {dataset_name("a" * 100 + letter) for letter in "xy"}
    assert len(names) == 2
    assert all(len(name) == 69 for name in names)
