"""The FASTA reader: accepted input, changes, and error messages."""

import bz2
import gzip
import lzma
import tracemalloc
from functools import partial

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from protspace.data.loaders.h5 import parse_identifier as protspace_identifier

from steps.errors import StepError
from steps.normalize.fasta import FastaReader
from steps.normalize.identifiers import find_identifier
from steps.normalize.limits import Limits

zstd = partial(pa.compress, codec="zstd", asbytes=True)
GOOD = ">a\nMKV\n>b\nMLL\n"


@pytest.fixture
def read(tmp_path):
    def read(content, **limits):
        path = tmp_path / "in.fasta"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        reader = FastaReader(path, Limits(**limits))
        return list(reader), reader.counts

    return read


@pytest.fixture
def refusal(read):
    def refusal(content, **limits):
        with pytest.raises(StepError) as caught:
            read(content, **limits)
        return caught.value.code, caught.value.message

    return refusal


def pairs(records):
    return [(record.identifier, record.sequence) for record in records]


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        "\ufeff" + GOOD,
        "\n\n" + GOOD.replace("\n", "\n\n"),
        GOOD.rstrip("\n"),
        "> a\nM K\tV\n>\tb\nMLL",
    ],
    ids=["unix", "windows", "old mac", "byte-order mark", "blank lines", "no last end", "blanks"],
)
def test_line_ends_and_blanks_do_not_change_records(read, text):
    assert pairs(read(text)[0]) == [("a", "MKV"), ("b", "MLL")]


def test_lines_are_counted_with_any_line_end(read):
    for end in ("\n", "\r\n", "\r"):
        records, _ = read(">a\nMKV\n\n>b\nMLL\n".replace("\n", end))
        assert [record.line for record in records] == [1, 4]


def test_gaps_stops_and_lower_case_are_changed_and_counted(read):
    records, counts = read(">a\nmk-v--\nAA*\n>b\nMLL.\n")
    assert pairs(records) == [("a", "MKVAA"), ("b", "MLL")]
    assert (counts.gaps_removed, counts.stops_removed, counts.lower_case) == (3, 2, 1)
    assert (counts.sequences, counts.residues) == (2, 8)


def test_ambiguous_and_rare_residues_are_kept(read):
    assert pairs(read(">a\nMBJXZUO\n")[0]) == [("a", "MBJXZUO")]


def test_record_without_residues_is_left_out_and_counted(read):
    records, counts = read(">a\nMKV\n>empty\n>gaps\n--*\n>b\nMLL\n")
    assert [record.identifier for record in records] == ["a", "b"]
    assert counts.empty_records == 2


@pytest.mark.parametrize(
    "identifier",
    ["A0A000_9ACTN/1-57", "a=b", "x:y:z", "[q]{r}(s)", "protéine-α", "50%", "a;b", "a,b", "."],
)
def test_odd_identifiers_are_unchanged(read, identifier):
    assert read(f">{identifier} some text\nMKV\n")[0][0].identifier == identifier


def test_uniprot_headers_are_reduced_to_the_accession(read):
    records, _ = read(">sp|P12345|AATM_RABIT Aspartate\nMKV\n>tr|A0A022YWF9|X\nMLL\n")
    assert [record.identifier for record in records] == ["P12345", "A0A022YWF9"]
    assert records[0].header == "sp|P12345|AATM_RABIT Aspartate"


@given(
    st.from_regex(r"(sp|tr|gi|ref|gb|emb|dbj|lcl)\|[OPQA0-9_.-]+(\|[A-Z_0-9.]*)?", fullmatch=True)
)
def test_identifiers_of_known_databases_equal_those_of_protspace(word):
    assert find_identifier(word).text == protspace_identifier(word)


def test_fields_that_repeat_leave_whole_words(read):
    reader = read(">x|a text\nMKV\n>x|b\nMLL\n>sp|P12345|N\nMKL\n>c\nMK\n")
    assert [record.identifier for record in reader[0]] == ["x", "x|b", "P12345", "c"]


def test_domains_of_one_protein_keep_their_ranges(read):
    one, two = ">sp|P1|A_X/1-9\nMKV\n", ">sp|P1|A_X/20-29 name\nMKL\n"
    found = [record.identifier for record in read(one + two + ">sp|P2|B_X\nMK\n")[0]]
    # The first one is read again.
    assert found == ["P1", "sp|P1|A_X/20-29", "P2"]
    assert read(one)[0][0].identifier == "P1"


def test_alignment_keeps_dots_as_gaps(read):
    records, counts = read(">a\nMK.V.\n>b\nM-LLK\n")
    assert pairs(records) == [("a", "MKV"), ("b", "MLLK")]
    assert (counts.gaps_removed, counts.stops_removed) == (3, 0)


def test_final_dot_is_a_stop_where_sequences_differ_in_length(read):
    records, counts = read(">a\nMKV.\n>b\nMLLKK\n")
    assert pairs(records) == [("a", "MKV"), ("b", "MLLKK")]
    assert (counts.gaps_removed, counts.stops_removed) == (0, 1)


def test_dots_of_imgt_are_gaps_whatever_the_length(read):
    text = ">X1|IGHV1-2*01|Homo sapiens|F|\nMK....V.LA\n>X2|IGHV1-3*02|Homo sapiens|F|\nMK.L\n"
    records, counts = read(text + ">c\nM\n")
    assert pairs(records) == [("X1", "MKVLA"), ("X2", "MKL"), ("c", "M")]
    assert counts.gaps_removed == 6


@pytest.mark.parametrize(
    "content", [">a\nMK\nV.L\n>b\nMLL\n", ">b\nMLL\n>a\n\nV.L.\n", ">c\n\nMK..\n", ">a\n\nM.K\n"]
)
def test_inner_dot_is_a_stop_where_sequences_differ_in_length(refusal, content):
    code, message = refusal(content)
    assert code == "MALFORMED_FASTA"
    assert "line 3: '.' inside the sequence" in message or "line 5: '.' inside" in message


@pytest.mark.parametrize(
    ("pack", "name"),
    [(gzip.compress, "gzip"), (bz2.compress, "bzip2"), (lzma.compress, "xz"), (zstd, "zstd")],
)
def test_compressed_file_is_recognised_by_its_content(read, refusal, pack, name):
    assert pairs(read(pack(GOOD.encode()))[0]) == [("a", "MKV"), ("b", "MLL")]
    packed = pack("".join(f">a{number}\nMKV\n" for number in range(999)).encode())
    code, message = refusal(packed[:-9])
    assert (code, name in message) == ("MALFORMED_FASTA", True), message
    assert refusal(packed, max_file_bytes=99)[0] == "FILE_TOO_LARGE"


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstd])
def test_row_of_compressed_files_is_read_and_a_very_long_one_refused(read, refusal, pack):
    packed = [pack(f">a{number}\nMKV\n".encode()) for number in range(100)]
    assert len(read(b"".join(packed), max_file_bytes=100 * 4096)[0]) == 100
    code, message = refusal(b"".join(packed), max_file_bytes=99 * 4096)
    assert code == "MALFORMED_FASTA" and "more than 99" in message
    assert len(read(b"".join(packed))[0]) == 100


@pytest.mark.parametrize(
    "text",
    [" >a\nMKV\n\t >b\nMLL\n", "\ufeff>a\nMKV\n\ufeff>b\nMLL", ">a\nMK\u00a0V\n>b\nML\u200bL\n"],
    ids=["indented headers", "two byte-order marks", "blanks of Unicode"],
)
def test_invisible_blanks_are_ignored(read, text):
    assert pairs(read(text)[0]) == [("a", "MKV"), ("b", "MLL")]


def test_end_of_file_mark_of_dos_is_ignored(read):
    assert pairs(read(">a\nMKV\n\x1a>b\x1a\nMLL\x1a\n\x1a")[0]) == [("a", "MKV"), ("b", "MLL")]


def test_files_joined_without_a_line_end_are_read_and_counted(read):
    records, counts = read(">a\nMK*>b\nMLL\n")
    assert pairs(records) == [("a", "MK"), ("b", "MLL")]
    assert counts.joined_lines == 1


@pytest.mark.parametrize("content", ["", "\n\n", ">a\n>b\n", ">a\n---\n"])
def test_file_without_residues_is_refused_as_empty(refusal, content):
    code, message = refusal(content)
    assert code == "EMPTY_FASTA"
    assert "in.fasta" in message


def test_file_that_cannot_be_opened_is_invalid_input(tmp_path):
    for path in (tmp_path, tmp_path / "none.fasta"):
        with pytest.raises(StepError, match="cannot be read") as caught:
            list(FastaReader(path))
        assert caught.value.code == "INVALID_INPUT" and path.name in caught.value.message


def test_too_few_sequences_names_the_minimum(refusal):
    code, message = refusal(GOOD + ">c\n", min_sequences=3)
    assert code == "TOO_FEW_SEQUENCES"
    assert "2 sequences" in message
    assert "at least 3" in message


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"max_sequences": 1}, "TOO_MANY_SEQUENCES"),
        ({"max_length": 2}, "SEQUENCE_TOO_LONG"),
        ({"max_total_residues": 5}, "TOTAL_RESIDUES_EXCEEDED"),
    ],
)
def test_exceeded_limit_names_record_and_line(refusal, limits, code):
    found, message = refusal(GOOD, **limits)
    assert found == code
    assert ("a (line 1)" if code == "SEQUENCE_TOO_LONG" else "b (line 3)") in message


def test_input_at_the_limits_is_accepted(read):
    limits = {"max_sequences": 2, "max_length": 3, "max_total_residues": 6}
    assert len(read(GOOD, **limits, max_file_bytes=len(GOOD), min_sequences=2)[0]) == 2


def test_file_above_the_byte_limit_is_too_large(refusal):
    assert refusal(GOOD, max_file_bytes=len(GOOD) - 1)[0] == "FILE_TOO_LARGE"


def test_gzip_bomb_is_refused_in_little_memory(refusal):
    bomb = gzip.compress(b">a\n" + b"A" * 100_000_000)
    tracemalloc.start()
    assert refusal(bomb, max_file_bytes=1_000_000)[0] == "FILE_TOO_LARGE"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


def test_line_of_ten_megabytes_is_one_sequence(read):
    records, counts = read(">long\n" + "MKVLA" * 2_000_000 + "\n")
    assert counts.residues == len(records[0].sequence) == 10_000_000


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("hello\n>a\nMKV\n", ["Line 1", "'hello'", "first header"]),
        ("#3\t1\n>a\nMKV\n", ["Line 1", "first header", "Remove comments"]),
        (b"\x1f\x9d\x90>a", ["compressed by compress", "gzip"]),
        ("\n\nLOCUS       NP_1   9 aa\n", ["GenBank", "seqret"]),
        (">Cluster 0\n0\t9aa, >a... *\n", ["CD-HIT", "without .clstr"]),
        ("EXPDTA    THEORETICAL MODEL\n", ["PDB structure"]),
        ("\n\n>a\nMKV\n>\nMLL\n", ["Line 5", "nothing after it"]),
        (">a\nMK1V\n", ["Record a, line 2", "'1' is not an amino-acid letter"]),
        (">a\nMKV\nMé\n", ["Record a, line 3", "'é'"]),
        (">a\nMK*V\n", ["Record a, line 2", "'*' inside"]),
        (">a\nMK*\nV*\n", ["Record a, line 2", "'*' inside"]),
        (">a\nMKV**\n", ["Record a, line 2", "'*' inside"]),
        (">a\nMK1>b\nMLL\n", ["Record a, line 2", "'1' is not an amino-acid letter"]),
        (">a\nMK>\nMLL\n", ["Record a, line 2", "'>' inside the line"]),
        (">a\nMK\0V\n", ["Record a, line 2", "NUL byte"]),
        (">a\0b\nMKV\n", ["Line 1", "NUL byte"]),
        (b">a\xff\nMKV\n", ["Line 1", "not UTF-8"]),
        (b">a\nMK\xffV\n", ["Record a, line 2", "byte 0xff"]),
        (GOOD.encode("utf-16"), ["UTF-16"]),
        (gzip.compress(GOOD.encode())[:-9], ["gzip", "too early"]),
        (gzip.compress(GOOD.encode() * 999)[:-50], ["gzip"]),
        (">a\x01b\nMKV\n", ["line 1", "no usable identifier"]),
        (">a\nMKV\n>\ufeff>b\nMKV\n", ["line 3", "invisible"]),
        (">" + "x" * 257 + "\nMKV\n", ["line 1", "257 characters"]),
        (">a" + " " * 100_000 + "\nMKV\n", ["line 1", "100,001 bytes", "Shorten it"]),
    ],
)
def test_malformed_input_names_place_and_remedy(refusal, content, words):
    code, message = refusal(content)
    assert code == "MALFORMED_FASTA"
    assert all(word in message for word in words), message


@pytest.mark.parametrize("second", ["a other text", "sp|a|NAME", "gb|a"])
def test_headers_with_one_identifier_are_duplicates(refusal, second):
    code, message = refusal(f">a\nMKV\n>{second}\nMLL\n")
    assert code == "DUPLICATE_IDENTIFIERS"
    assert message.startswith(f"Duplicate identifier a: 'a' on line 1 and {second!r} on line 3")


@pytest.mark.parametrize(
    "bases", ["ACGT" * 20, "acgu" * 20, "ACGTN" * 12, "ACGTRACGT" * 1 + "ACGT" * 30]
)
def test_nucleotides_are_refused(refusal, bases):
    code, message = refusal(f">gene\n{bases}\n")
    assert code == "MALFORMED_FASTA"
    assert "gene (line 1) looks like nucleotides" in message


@pytest.mark.parametrize(
    "peptide",
    ["A" * 60, "GA" * 40, "ACGT" * 12, "NTAGCAT" * 3, "GAGAGS" * 20, "CGNGAT" * 8 + "KKKKKK"],
)
def test_peptides_of_nucleotide_letters_are_accepted(read, peptide):
    assert read(f">p\n{peptide}\n")[0][0].sequence == peptide


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (GOOD + ">P1;X\nA TITLE\nMKV*\n", ["Record P1;X (line 5)", "PIR"]),
        (">ss_pred PSIPRED\nCCHHHH\n" + GOOD, ["ss_pred (line 1)", "secondary structure"]),
        (">1ABC:A:secstr\n  HHH\n", ["1ABC:A:secstr", "secondary structure"]),
        (GOOD + ">104d_A mol:na length:4  DNA\nACGT\n", ["104d_A (line 5)", "mol:protein"]),
        (GOOD + ">c\nMetLysVal\nLeuAla\n", ["c (line 5)", "three letters"]),
        (">a\nMK1V\n", ["'1'", "Remove the numbers of positions."]),
        (">a\nMK~~V\n", ["'~'", "Write gaps as '-'."]),
        (">a\nMK\u2013V\n", ["'\u2013'", "Write gaps as '-'."]),
    ],
)
def test_record_that_is_no_protein_is_refused_with_a_remedy(refusal, content, words):
    code, message = refusal(content)
    assert code == "MALFORMED_FASTA"
    assert all(word in message for word in words), message


def test_short_nucleotides_are_refused_together(refusal, read):
    primers = [f">p{number}\nACGTTGCAACGT{'ACGT'[number % 4] * 5}\n" for number in range(5)]
    code, message = refusal("".join(primers))
    assert code == "MALFORMED_FASTA"
    assert "look like nucleotides, p0 (line 1)" in message
    assert len(read("".join(primers[:2]))[0]) == 2
    assert len(read("".join(primers) + f">q\n{'MKVLA' * 10}\n")[0]) == 6


@given(st.binary(max_size=300))
def test_any_bytes_give_records_or_a_known_code(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.fasta"
    path.write_bytes(b">" + content)
    records, code = [], None
    try:
        records = list(FastaReader(path))
    except StepError as error:
        code = error.code
    assert all(record.sequence.isalpha() for record in records)
    assert code in {None, "MALFORMED_FASTA", "EMPTY_FASTA", "DUPLICATE_IDENTIFIERS"}
