"""One FASTA, a folder, or a sheet."""

import pytest

from steps.config.datasets import find_datasets, find_retrieved
from steps.errors import StepError


@pytest.fixture
def folder(tmp_path):
    for name in ("b.fa", "a.fasta.gz", "c d.FAA", "notes.txt"):
        (tmp_path / name).write_text(">x\nMKV\n")
    return tmp_path


def refusal(source):
    with pytest.raises(StepError) as caught:
        find_datasets(source)
    assert caught.value.code == "INVALID_INPUT"
    return caught.value.message


def test_file_gives_one_data_set_of_its_name(folder):
    assert find_datasets(folder / "a.fasta.gz") == {"a": str(folder / "a.fasta.gz")}


def test_file_with_another_ending_may_be_given_directly(folder):
    assert list(find_datasets(folder / "notes.txt")) == ["notes.txt"]


def test_folder_gives_its_fasta_files(folder):
    assert list(find_datasets(folder)) == ["a", "b", "c_d"]


def test_sheet_gives_names_and_files_relative_to_itself(folder):
    (folder / "batch.tsv").write_text("dataset\tfasta\none\tb.fa\n\ntwo\ta.fasta.gz\n")
    assert find_datasets(folder / "batch.tsv") == {
        "one": str(folder / "b.fa"),
        "two": str(folder / "a.fasta.gz"),
    }


def test_sheet_may_have_comments_and_names_of_columns_in_any_case(folder):
    text = "# my batch\n\nDataset\tFASTA\n#two\ta.fasta.gz\none\tb.fa\tnote\n"
    (folder / "batch.tsv").write_text(text)
    assert find_datasets(folder / "batch.tsv") == {"one": str(folder / "b.fa")}


def test_sheet_may_be_csv(folder):
    for text in ("dataset,fasta\none,b.fa\n", "dataset;fasta\r\none;b.fa\r\n"):
        (folder / "batch.csv").write_text(text)
        assert find_datasets(folder / "batch.csv") == {"one": str(folder / "b.fa")}


@pytest.mark.parametrize(
    ("source", "remedy"),
    [
        ("https://rest.uniprot.org/uniprotkb/P12345.fasta", "A web address is not read"),
        ("/run/https:/www.uniprot.org/x", "A web address is not read"),
        ("P12345,P67890", "Write accessions into a file"),
        ("/run/P12345", "Write accessions into a file"),
        ("a.fasta,b.fasta", "For several files"),
        ("none/*.fasta", "For several files"),
        ("none.fasta", "a full path"),
    ],
)
def test_input_that_is_no_path_is_refused_with_the_remedy(source, remedy):
    assert remedy in refusal(source)


def test_workbook_is_refused_with_the_remedy(folder):
    (folder / "batch.tsv").write_bytes(b"PK\x03\x04 xl/workbook.xml")
    assert "Save the sheet as CSV" in refusal(folder / "batch.tsv")


def test_query_is_a_data_set_named_after_itself():
    source = "uniprot:(family:x) AND (reviewed:true)"
    found = find_datasets(source)
    assert found == find_retrieved(found) == {"family_x_AND_reviewed_true": source}


@pytest.mark.parametrize("name", ["mine.txt", "mine.list", "mine.csv", "mine.tsv", "mine.fasta"])
def test_list_of_accessions_is_told_by_its_content(tmp_path, name):
    (tmp_path / name).write_text("Entry\nP12345\nP12346\n")
    found = find_datasets(tmp_path / name)
    assert found == find_retrieved(found) == {"mine": str(tmp_path / name)}


def test_fasta_is_not_retrieved(folder):
    assert find_retrieved(find_datasets(folder)) == {}


@pytest.mark.parametrize("quoted", ['uniprot:gene:"a b"', '"uniprot:gene:""a b"""'])
def test_sheet_may_name_queries_and_lists(folder, quoted):
    (folder / "list.txt").write_text("P12345\n")
    (folder / "P12345.tsv").write_text(f"dataset\tfasta\nP12345\tlist.txt\ntwo\t{quoted}\n")
    found = find_datasets(folder / "P12345.tsv")
    assert found == {"P12345": str(folder / "list.txt"), "two": 'uniprot:gene:"a b"'}
    assert find_retrieved(found) == found


@pytest.mark.parametrize(
    "ending", ["pep", "AA", "seq", "prot", "mpfa", "fna.bz2", "fas.xz", "fa.zst"]
)
def test_folder_gives_files_of_all_endings(tmp_path, ending):
    (tmp_path / f"x.1.{ending}").write_text(">x\nMKV\n")
    assert list(find_datasets(tmp_path)) == ["x.1"]


def test_other_files_of_a_folder_are_named_and_hidden_ones_skipped(folder):
    (folder / "._b.fa").write_bytes(b"\0\1")
    (folder / ".DS_Store").write_bytes(b"\0\1")
    said = []
    assert list(find_datasets(folder, said.append)) == ["a", "b", "c_d"]
    assert len(said) == 1 and "1 without such an ending are not read: notes.txt." in said[0]


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        ("name\tfile\nx\tb.fa\n", "must start with"),
        ("dataset\tfasta\n", "names no data set"),
        ("dataset\tfasta\nx\n", "without a FASTA path"),
        ("dataset\tfasta\nx\tmissing.fa\n", "there is no file"),
        ("dataset\tfasta\n../x\tb.fa\n", "Use letters, digits"),
        ("dataset\tfasta\nx\tb.fa\nx\ta.fasta.gz\n", "both called x"),
    ],
)
def test_invalid_sheet_is_refused_with_the_remedy(folder, sheet, words):
    (folder / "batch.tsv").write_text(sheet)
    assert words in refusal(folder / "batch.tsv")


def test_files_of_one_name_are_refused(folder):
    (folder / "b.fasta").write_text(">x\nMKV\n")
    assert "both called b" in refusal(folder)


def test_missing_input_and_empty_folder_are_refused(tmp_path):
    assert "There is no file" in refusal(tmp_path / "no.fasta")
    assert "holds no file that ends in" in refusal(tmp_path)
