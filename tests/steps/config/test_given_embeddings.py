"""Files of embeddings in the configuration, and the embedders that follow from them."""

import json

import pytest

from steps.config.datasets import find_datasets
from steps.config.model import load
from steps.errors import StepError
from tests.support.embedding_files import as_uniprot, write


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    as_uniprot(tmp_path / "x.h5", ["P1"])
    write(tmp_path / "y.h5", {"P1": [1.0]}, model_name="Rostlab/prot_t5_xl_uniref50")
    return tmp_path


def refusal(**keys):
    with pytest.raises(StepError) as caught:
        load(keys)
    return caught.value.message


def test_input_of_embeddings_names_files_and_embedders(files):
    config = load({"input": "x.h5,y.h5"})
    assert config.input == f"{files}/x.h5:x,{files}/y.h5:prot_t5"
    assert config.embedders == ["x", "prot_t5"]
    assert find_datasets(config.input) == {"x": str(files / "x.h5")}
    assert config.given == {"x": [f"{files}/x.h5"], "prot_t5": [f"{files}/y.h5"]}


@pytest.mark.parametrize(
    "value", [["x.h5:a/b", "y.h5:My model (v2)"], "x.h5:a/b, y.h5:My model (v2)"]
)
def test_names_of_the_user_are_kept_and_have_names_of_files(files, value):
    config = load({"input": value})
    assert config.embedders == ["a/b", "My model (v2)"]
    assert config.embedder_files == ["a--b", "My_model_v2_"]
    assert load(json.loads(config.to_json())) == config


def test_embeddings_beside_a_fasta_file_replace_the_default_embedder(files):
    assert load({"embeddings": "y.h5"}).embedders == ["prot_t5"]
    assert load({"embeddings": "x.h5:kmers"}).embedders == ["kmers"]
    both = load({"embeddings": "y.h5", "embedders": "composition,kmers"})
    assert both.embedders == ["composition", "kmers", "prot_t5"]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"input": "none.h5"}, "there is no file 'none.h5'"),
        ({"input": "x.h5,z.fasta"}, "'z.fasta' is no file of embeddings"),
        ({"input": "x.h5", "embedders": "composition"}, "'composition' needs sequences"),
        ({"embeddings": "x.fasta"}, "is no file of embeddings"),
        ({"embeddings": "x.h5:own", "missing": "embed"}, "'own' is unknown"),
        ({"embeddings": "x.h5:esmc_300m", "missing": "embed"}, "Set backend to local"),
        ({"embeddings": "x.h5:MMseqs2"}, "cannot be the name"),
        ({"embeddings": "x.h5:a b,y.h5:a_b"}, "files of one name"),
        ({"embeddings": "x.h5", "missing": "skip"}, "must be 'refuse' or 'embed'"),
    ],
)
def test_keys_that_cannot_be_meant_are_refused(files, keys, words):
    assert words in refusal(**keys)


def test_sheet_that_names_embeddings_is_refused(files):
    (files / "s.tsv").write_text("dataset\tfasta\none\tx.h5\n")
    with pytest.raises(StepError, match="A sheet names FASTA files"):
        find_datasets(files / "s.tsv")
