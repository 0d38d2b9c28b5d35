"""The annotation table: groups, the user's tables, and what is missing."""

import pyarrow as pa
import pytest
from Bio.SeqUtils.ProtParam import ProteinAnalysis
from hypothesis import given
from hypothesis import strategies as st
from protspace.data.annotations.encoding import read_format_version

from steps.annotate.sequence import analyse
from steps.annotate.step import annotate
from steps.errors import StepError
from steps.normalize.fasta import FastaReader
from steps.normalize.step import SCHEMA, row

FASTA = """\
>sp|P12345|ONE_TEST Kinase; type|2 OS=Homo sapiens OX=9606 GN=ONE PE=1 SV=1
MKWVTFISLLFLFSSAYS
>Q2 no fields here
MXKV
"""


@pytest.fixture
def sequences(tmp_path):
    (tmp_path / "in.fasta").write_text(FASTA)
    rows = [row(record) for record in FastaReader(tmp_path / "in.fasta")]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


@pytest.fixture
def with_table(tmp_path, sequences):
    def with_table(text, *groups):
        (tmp_path / "own.csv").write_text(text)
        return annotate(sequences, [*groups, str(tmp_path / "own.csv")])[0]

    return with_table


def test_header_group_gives_text_and_nulls(sequences):
    table, _ = annotate(sequences, ["header"])
    assert table["protein_name"].to_pylist() == ["Kinase%3B type%7C2", "no fields here"]
    assert table["taxon_id"].to_pylist() == ["NCBITaxon:9606", None]
    assert table["organism"].to_pylist() == ["Homo sapiens", None]


def test_table_names_the_version_of_its_cell_grammar(sequences):
    assert read_format_version(annotate(sequences, ["header"])[0]) == 2


def test_sequence_group_is_numeric(sequences):
    table, packages = annotate(sequences, ["sequence"])
    assert table.schema.field("length").type == pa.int64()
    assert table.schema.field("gravy").type == pa.float64()
    assert "biopython" in packages


def scores(*sequences) -> list[tuple]:
    """Return the values of each sequence, in the order of the columns."""
    return list(zip(*analyse(sequences).values(), strict=True))


def protparam(sequence) -> tuple:
    """Return the same values, computed by Biopython."""
    theirs = ProteinAnalysis(sequence)
    return (
        round(theirs.molecular_weight(), 1),
        round(theirs.isoelectric_point(), 2),
        round(theirs.gravy(), 3),
        round(theirs.aromaticity(), 4),
        round(theirs.instability_index(), 2),
    )


@given(st.lists(st.text("ACDEFGHIKLMNPQRSTVWY", min_size=1), min_size=1))
def test_sequence_values_equal_protparam_to_the_last_digit(sequences):
    assert scores(*sequences) == [protparam(sequence) for sequence in sequences]


@pytest.mark.parametrize("letter", "BXZ")
def test_ambiguous_residue_leaves_only_the_mass_missing(letter):
    ((mass, *rest), whole) = scores(f"MK{letter}V", "MKV")
    assert (mass, tuple(rest)) == (None, whole[1:])


@pytest.mark.parametrize("letter", "UOJ")
def test_rare_residues_count_for_the_mass_only(letter):
    rare, plain = scores(f"MK{letter}V", "MKV")
    assert rare[0] > plain[0]
    assert rare[1:] == plain[1:]


def test_protein_of_unknown_residues_has_no_scores():
    assert scores("XXX", "MKV") == [(None,) * 5, protparam("MKV")]


def test_columns_without_any_value_are_left_out(sequences):
    table, _ = annotate(sequences.slice(1), ["header"])
    assert table.column_names == ["protein_id", "protein_name"]


def test_user_table_replaces_columns_of_the_same_name(with_table):
    table = with_table("id,organism,score\nQ2,Mus musculus,1.5\n", "header")
    assert table["organism"].to_pylist() == [None, "Mus musculus"]
    assert table["score"].to_pylist() == [None, 1.5]


def test_table_column_with_words_stays_text(with_table):
    table = with_table("id,a,b\nQ2,1;2,inf\nP12345,3,4\n")
    assert table["a"].to_pylist() == ["3", "1;2"]
    assert pa.types.is_string(table.schema.field("b").type)


def test_columns_that_protspace_would_drop_are_renamed(with_table):
    assert "sequence_annotation" in with_table("id,sequence\nQ2,x\n").column_names


def test_unknown_ids_of_a_table_give_a_warning(with_table, caplog):
    with_table("id,a\nQ9,x\nQ2,y\n")
    assert "1 of 2 rows match no protein, such as 'Q9'" in caplog.text


@pytest.mark.parametrize("text", ["", 'id,a\nQ2,"x\n'])
def test_unreadable_table_is_refused(with_table, text):
    with pytest.raises(StepError) as caught:
        with_table(text)
    assert caught.value.code == "INVALID_ANNOTATIONS"
    assert "own.csv" in caught.value.message
