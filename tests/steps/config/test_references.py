"""References of transfer in the configuration: what they name, and what is refused."""

import json

import pytest

from steps.config.model import load
from steps.errors import StepError
from steps.workflow import reference_files, reference_options, reference_paths, transfer_options
from tests.support.embedding_files import as_uniprot, write

NEEDED = {"transfer": "family", "reference_labels": "t.tsv"}


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    as_uniprot(tmp_path / "x.h5", ["P1"])
    write(tmp_path / "y.h5", {"P1": [1.0]}, model_name="Rostlab/prot_t5_xl_uniref50")
    for name in ("t.tsv", "u.csv", "r.fasta.gz", "x.parquetbundle", "z.parquetbundle", "n.xlsx"):
        (tmp_path / name).write_text("")
    for name in ("one", "two"):
        (tmp_path / "run" / "results" / name / "embeddings").mkdir(parents=True)
        (tmp_path / "run" / "results" / name / "annotations.parquet").touch()
    (tmp_path / "run" / "results" / "one" / "embeddings" / "kmers.h5").touch()
    return tmp_path


def refusal(**keys):
    with pytest.raises(StepError) as caught:
        load({"transfer": "family"} | keys)
    return caught.value.message


@pytest.mark.parametrize(
    ("value", "source", "embeddings"),
    [
        ("x.h5", "x.h5", "x.h5"),
        ("x.h5:kmers", "x.h5", "x.h5:kmers"),
        ("r.fasta.gz", "r.fasta.gz", ""),
        ("run/results/one", "run/results/one/annotations.parquet", None),
        ("x.parquetbundle", "x.parquetbundle", "x.h5"),
    ],
)
def test_references_are_embeddings_fasta_bundle_or_results(files, value, source, embeddings):
    config = load(NEEDED | {"references": value})
    found = config.reference_set
    own = f"{files}/run/results/one/embeddings/kmers.h5:kmers"
    assert found.source == f"{files}/{source}"
    assert found.embeddings == (
        own if embeddings is None else embeddings and f"{files}/{embeddings}"
    )
    assert found.labels[-1] == f"{files}/t.tsv"
    assert load(json.loads(config.to_json())) == config


def test_embedder_of_the_file_is_that_of_the_input(files):
    config = load(NEEDED | {"references": "y.h5", "embedders": "prot_t5,kmers"})
    assert config.references == f"{files}/y.h5:prot_t5"
    assert reference_paths(reference_files(config)) == [f"{files}/y.h5", f"{files}/t.tsv"]


def test_run_with_one_data_set_stands_for_it(files):
    (files / "run" / "results" / "two" / "annotations.parquet").unlink()
    labels = {"transfer": "family"}
    for folder in ("run", "run/results", "run/results/one/"):
        found = load(labels | {"references": folder}).reference_set
        assert found.labels == [f"{files}/run/results/one/annotations.parquet"]


def test_options_name_the_files_that_the_step_reads(files):
    config = load(NEEDED | {"references": "r.fasta.gz"})
    found = reference_files(config)
    made = ".references/embeddings/kmers.h5"
    assert config.reference_fasta == [f"{files}/r.fasta.gz"]
    assert reference_paths(found) == [f"{files}/r.fasta.gz", made, f"{files}/t.tsv"]
    assert reference_options(found) == [
        f"--references={files}/r.fasta.gz",
        f"--reference-embeddings={made}:kmers",
        *("--reference-labels", f"{files}/t.tsv"),
    ]


def test_braces_in_paths_are_behind_links(files):
    (files / "{a}").mkdir()
    (files / "x.h5").rename(files / "{a}" / "x.h5")
    config = load(NEEDED | {"references": "{a}/x.h5:kmers"})
    path, _ = reference_paths(reference_files(config))
    assert path.startswith(".inputs/") and (files / path).is_file()


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"references": "none.h5"}, "there is no file or folder 'none.h5'"),
        ({"references": "none"}, "there is no file or folder 'none'"),
        ({"references": "n.xlsx"}, "is none of: embeddings"),
        ({"references": "x.h5"}, "Give them by the key 'reference_labels'"),
        ({"references": "r.fasta.gz"}, "Give them by the key 'reference_labels'"),
        ({"references": "run"}, "has several data sets. Name one"),
        ({"references": "."}, "has no results of a run"),
        ({"references": "run/results/two"}, "no embeddings by 'kmers', the embedder of the input"),
        ({"references": "z.parquetbundle"}, "no embeddings by 'kmers', the embedder of the input"),
        (
            {"references": "run/results/one", "embedders": "composition"},
            "no embeddings by 'composition'",
        ),
        (
            {"references": "run/results/one", "embedders": "composition"},
            "There are embeddings by kmers",
        ),
        (NEEDED | {"references": "y.h5"}, "by 'prot_t5'; those of the input are by 'kmers'"),
        (NEEDED | {"references": "x.h5", "reference_labels": "none.tsv"}, "no file 'none.tsv'"),
        (NEEDED | {"references": "x.h5", "reference_labels": "n.xlsx"}, "is no table"),
        (
            {"references": "x.parquetbundle", "reference_labels": "z.parquetbundle"},
            "both x.parquetbundle and z.parquetbundle",
        ),
        (
            NEEDED | {"references": "r.fasta.gz", "embeddings": "x.h5:mine"},
            "has to be embedded by 'mine'",
        ),
        (NEEDED, "Key 'reference_labels' means nothing without the key 'references'"),
        (NEEDED | {"references": "x.h5", "transfer": ""}, "Key 'references' means nothing without"),
        ({"transfer_skip_distant": True}, "means nothing without the key 'transfer_max_distance'"),
        ({"transfer_metric": "manhattan"}, "must be 'cosine' or 'euclidean'"),
    ],
)
def test_refusal_says_what_to_give(files, keys, words):
    assert words in refusal(**keys)


def test_choices_are_options_where_they_are_no_defaults(files):
    given = {"transfer_metric": "euclidean", "transfer_max_distance": 0, "annotations": "header"}
    given |= {"transfer_skip_distant": True, "transfer_queries": ["A", "ec~1, 2"]}
    options = transfer_options(load(given | {"transfer": "ec", "transfer_references": "-B"}))
    assert options[:4] == ["--transfer", "ec", "--requested", "header"]
    assert options[5:] == [
        *("--metric=euclidean", "--max-distance=0.0", "--skip-distant"),
        *("--queries=A", "--queries=ec~1, 2", "--only-references=-B"),
    ]
