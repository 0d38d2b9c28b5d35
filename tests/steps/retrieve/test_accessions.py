"""Lists of accessions, told from FASTA files by their content."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steps.errors import StepError
from steps.retrieve.accessions import is_list, parse_list, read_list

LIST = "# my proteins\nP12345\r\nA0A024R161, q9y261;P04637-2 # an isoform\n\nsp|P69905|HBA_HUMAN\n"
FOUND = ["P12345", "A0A024R161", "Q9Y261", "P04637-2", "P69905"]


def written(folder, content: bytes):
    (folder / "x.txt").write_bytes(content)
    return folder / "x.txt"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_list_is_read_in_any_encoding(tmp_path, encoding):
    path = written(tmp_path, LIST.encode(encoding))
    assert is_list(path)
    assert read_list(path) == FOUND


def test_list_may_be_compressed(tmp_path):
    path = written(tmp_path, gzip.compress(LIST.encode()))
    assert is_list(path)
    assert read_list(path) == FOUND


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_make_no_difference(tmp_path, end):
    path = written(tmp_path, end.join(["P12345", "P12346", ""]).encode())
    assert is_list(path)
    assert read_list(path) == ["P12345", "P12346"]


@pytest.mark.parametrize(
    "word", ["UniProtKB:P12345", "tr|P12345", "P12345.3", '"P12345"', "p12345"]
)
def test_accession_may_be_written_as_elsewhere(word):
    assert parse_list(word) == ["P12345"]


@pytest.mark.parametrize(
    "text", ["['P12345', 'P12346']", "- P12345\n• P12346", "P12345\u200b P12346."]
)
def test_signs_around_accessions_are_left_out(text):
    assert parse_list(text) == ["P12345", "P12346"]


@pytest.mark.parametrize("title", ["Entry", "accession", "From", "UniProt ID", "uniprotkb_ac"])
def test_title_of_a_column_is_left_out(title):
    assert parse_list(f"\n{title}\nP12345\n") == ["P12345"]


def test_title_below_an_accession_is_refused():
    with pytest.raises(StepError, match="Line 2: 'Entry'"):
        parse_list("P12345\nEntry\n")


def test_what_is_no_accession_is_named_with_its_line():
    with pytest.raises(StepError) as caught:
        parse_list("P12345\nmy_protein\nP12346 x1\nP53_HUMAN\n7\n")
    assert caught.value.code == "INVALID_ACCESSIONS"
    start = "Line 2: 'my_protein' is no UniProt accession. So are line 3 'x1', line 4 'P53_HUMAN', "
    assert caught.value.message.startswith(f"{start}and 1 more. Write accessions")


def test_entry_name_is_called_one():
    with pytest.raises(StepError, match="'P53_HUMAN' is a UniProt entry name"):
        parse_list("P53_HUMAN")


@pytest.mark.parametrize("text", ["", "# nothing\n", "\n\n", "Entry\n"])
def test_empty_list_is_refused(text):
    with pytest.raises(StepError, match="There is no accession"):
        parse_list(text)


TABLES = [
    "Entry\tEntry Name\tLength\nP12345\tA_RABIT\t9\nP12346\tB_RABIT\t7\n",
    "From,To\nTP53,P12345\nBRCA1,P12346\n",
    'name;uniprot\n"a;b";P12345\nc;P12346\n\nd;\n',
]


@pytest.mark.parametrize("text", TABLES)
def test_column_of_accessions_is_read_from_a_table(tmp_path, text, caplog):
    path = written(tmp_path, text.encode())
    assert is_list(path)
    assert read_list(path) == ["P12345", "P12346"]
    assert "the column" in caplog.text


def test_comment_with_commas_heads_no_table():
    assert parse_list("# mine, and yours\nP12345,P12346\n") == ["P12345", "P12346"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("From\tEntry\nP12345\tP12346\n", "columns 'From' and 'Entry'"),
        (f"id,sequence\nP12345,{'MKV' * 9}\n", "The column 'sequence' of the table has sequences"),
        ("a,b\nP12345\n", "Line 1: 'a'"),
        ("a,b\nP12345,1\nx,2\n", "Line 1: 'a'"),
        ("P12345,a\nP12346,b\n", "Line 1: 'a'"),
    ],
)
def test_table_without_one_such_column_is_refused(text, words):
    with pytest.raises(StepError, match=words) as caught:
        parse_list(text)
    assert caught.value.code == "INVALID_ACCESSIONS"


@pytest.mark.parametrize("text", ["NP_000537.3\nXP_1.2\n", "P53_HUMAN", "1abc\n2xyz_A\n", "TP53"])
def test_list_of_other_identifiers_is_one_that_says_where_to_map_them(tmp_path, text):
    path = written(tmp_path, text.encode())
    assert is_list(path)
    with pytest.raises(StepError, match="/id-mapping"):
        read_list(path)


FASTA = [
    b">P12345\nMKV\n",
    b"\xef\xbb\xbf>P12345\r\nMKV\r\n",
    b"\n\n  >sp|P12345|X_HUMAN\nMKV\n",
    b"# P12345\n>P12345\nMKV\n",
    b"; P12345\r>P12345\rMKV\r",
    b"P12345\n>P12346\nMKV\n",
    b"P12345\n" * 20_000 + b">P12346\nMKV\n",
    ">P12345\nMKV\n".encode("utf-16"),
    gzip.compress(b"P12345\n>P12345\nMKV\n"),
]


@pytest.mark.parametrize("content", FASTA)
def test_file_with_a_header_is_no_list(tmp_path, content):
    assert not is_list(written(tmp_path, content))


OTHERS = [
    b"",
    b"MKVLAT\nMKV\n",
    b"PK\x03\x04 P12345",
    b"ID   X\nAC   P12345;\n",
    b"\x1f\x8bP12345 ",
]


@pytest.mark.parametrize("content", OTHERS)
def test_file_without_an_accession_is_no_list(tmp_path, content):
    assert not is_list(written(tmp_path, content))


@given(st.text("ACDEFGHIKLMNPQRSTVWYBXZUOJ*-.\n", min_size=1))
def test_residues_are_never_accessions(text):
    with pytest.raises(StepError):
        parse_list(text)


@given(st.lists(st.from_regex(r"[OPQ][0-9][A-Z0-9]{3}[0-9]", fullmatch=True), min_size=1))
def test_any_accessions_are_read_again(accessions):
    assert parse_list("\r\n".join(accessions)) == accessions
