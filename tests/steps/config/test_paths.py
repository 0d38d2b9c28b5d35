"""Paths as they are typed."""

import pytest

from steps.config.paths import as_typed, check_typed, content_of, reached
from steps.errors import StepError


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a #1.fasta", "a", "001", "labels #2.csv", "header"):
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.mark.parametrize(
    ("values", "typed"),
    [
        ({"input": "a"}, "input=a #1.fasta"),
        ({"input": 1}, "input=001"),
        ({"annotations": "header,labels"}, "annotations=header,labels #2.csv"),
    ],
)
def test_value_that_yaml_changed_is_refused_where_the_text_is_a_file(values, typed):
    with pytest.raises(StepError, match="Quote it") as caught:
        check_typed(values, ["snakemake", "--config", typed], [])
    assert caught.value.code == "INVALID_CONFIG"


@pytest.mark.parametrize(
    ("values", "typed"),
    [
        ({"input": "a"}, "input=a"),
        ({"input": ["a #1.fasta"]}, 'input=["a #1.fasta"]'),
        ({"input": "b"}, "input=b #1.fasta"),
        ({"annotations": ["header", "a"]}, "annotations=[header,a]"),
        ({"shard_size": 1}, "shard_size=001"),
    ],
)
def test_other_values_are_left_alone(values, typed):
    check_typed(values, ["--config", typed], [])


def test_configuration_file_is_checked_as_the_command_line_is(folder):
    (folder / "one.yaml").write_text("methods: pca2\ninput: a #1.fasta\n")
    with pytest.raises(StepError, match=r"'a #1\.fasta' as 'a'"):
        check_typed({"input": "a"}, [], ["one.yaml"])
    (folder / "one.yaml").write_text('input: "a #1.fasta"\nstyles: a # mine\n')
    check_typed({"input": "a #1.fasta", "styles": "a"}, [], ["one.yaml"])


def test_command_line_may_replace_a_path_of_a_configuration_file(folder):
    (folder / "one.yaml").write_text("input: a\n")
    check_typed({"input": "header"}, ["input=header"], ["one.yaml"])


def test_content_of_files_is_told_by_what_they_hold(folder):
    first = content_of("a", "001")
    content_of.cache_clear()
    assert content_of("a", "001") == first != content_of("001", "a")
    (folder / "a").write_text("other")
    content_of.cache_clear()
    assert content_of("a", "001") != first


def test_long_query_is_no_path():
    query = f"uniprot: {'x' * 1000}"
    check_typed({"input": {"uniprot": "x" * 1000}}, [f"input={query}"], [])


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"input": "a"}, {}),
        ({"input": "b.fasta"}, {"input": "{0}/b.fasta"}),
        ({"annotations": "header,b.tsv"}, {"annotations": "header,{0}/b.tsv"}),
        ({"annotations": "header,sequence"}, {}),
        ({"embeddings": ["b.h5:prot_t5"]}, {"embeddings": ["{0}/b.h5:prot_t5"]}),
        ({"input": "uniprot:kinase"}, {}),
        ({"methods": "b.fasta", "input": "c.fasta"}, {}),
        ({"input": {"uniprot": "x"}, "without": 1}, {}),
    ],
)
def test_path_that_is_only_where_the_command_was_given_is_made_absolute(folder, typed, expected):
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    for name in ("a", "b.fasta", "b.tsv", "b.h5", "sequence", "uniprot"):
        (elsewhere / name).write_text(name)
    found = reached(typed, elsewhere)
    assert str(found) == str(expected).replace("{0}", str(elsewhere))


def test_value_that_yaml_would_cut_is_quoted():
    assert as_typed("input", "/a/b.fasta") == "input=/a/b.fasta"
    assert as_typed("input", ["/a #1"]) == 'input=["/a #1"]'
