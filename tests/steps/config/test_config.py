"""The configuration model and the files generated from it."""

import pytest

from scripts.generate import GENERATED, ROOT
from steps.config.model import Config, load
from steps.errors import StepError


def refusal(**values):
    with pytest.raises(StepError) as caught:
        load(values)
    assert caught.value.code == "INVALID_CONFIG"
    return caught.value.message


def test_defaults_make_a_configuration():
    assert load({}).methods == ["pca2", "umap2"]


def test_lists_may_be_written_with_commas():
    assert load({"methods": "pca2, tsne2:perplexity=9,pca2"}).methods == [
        "pca2",
        "tsne2:perplexity=9.0",
    ]


def test_paths_become_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "labels.csv").write_text("id,x\n")
    config = load({"input": "x.fasta", "annotations": "header,labels.csv"})
    assert config.input == str(tmp_path / "x.fasta")
    assert config.annotation_tables == [str(tmp_path / "labels.csv")]


def test_dumped_configuration_loads_to_the_same():
    config = load({"max_length": 7, "methods": "umap2:n_neighbors=9"})
    assert load(config.model_dump()) == config


def test_name_of_a_table_may_have_commas(tmp_path):
    for name in ("my labels, v2.csv", "b.csv"):
        (tmp_path / name).write_text("id,a\nP1,x\n")
    names = ["header", f"{tmp_path}/my labels, v2.csv", f"{tmp_path}/b.csv"]
    assert load({"input": "x.fasta", "annotations": ",".join(names)}).annotations == names


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"method": "pca2"}, ["'method' is unknown", "Did you mean 'methods'?"]),
        (
            {"metric": "cosin"},
            ["'metric'", "'cosin'", "'euclidean', 'cosine' or 'manhattan'", "'cosine'?"],
        ),
        ({"embedders": "compostion"}, ["'embedders'", "'composition'?"]),
        ({"annotations": "headr"}, ["'annotations'", "'header'?"]),
        ({"annotations": "no.csv"}, ["there is no file 'no.csv'"]),
        ({"export": "csv"}, ["'export'", "'csv' must be 'tsv'"]),
        ({"methods": []}, ["'methods'", "at least 1 item"]),
        ({"n_neighbors": "few"}, ["'n_neighbors'", "'few' must be a valid integer."]),
        ({"min_dist": 2}, ["'min_dist'", "less than or equal to 1"]),
        ({"max_length": 0}, ["'max_length'", "greater than or equal to 1"]),
        ({"metric": "x", "methods": "y"}, ["'metric'"]),
        ({"clustering": "hdbscn"}, ["'clustering'", "allowed: kmeans, hdbscan", "'hdbscan'?"]),
        ({"min_cluster_size": 1}, ["'min_cluster_size'", "greater than or equal to 2"]),
        ({"cluster_space": "map"}, ["'cluster_space'", "'projection' or 'embedding'"]),
        (
            {"clustering": "kmeans,hdbscan", "cluster_space": "embedding"},
            ["hdbscan finds clusters in projections", "Set cluster_space to projection or both"],
        ),
    ],
)
def test_bad_values_name_key_value_and_what_is_allowed(values, words):
    message = refusal(**values)
    assert all(word in message for word in words), message


@pytest.mark.parametrize("name", GENERATED)
def test_generated_file_agrees_with_the_model(name):
    assert (ROOT / name).read_text() == GENERATED[name](), "run `make generated`"


def test_every_key_has_a_description():
    assert all(field.description for field in Config.model_fields.values())


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("esm2_8m", "esm2_8m"),
        ("facebook/esm2_t6_8M_UR50D", "esm2_8m"),
        ("Rostlab/prot_t5_xl_half_uniref50-enc", "prot_t5"),
        ("my-lab/my_model.v2", "my-lab/my_model.v2"),
    ],
)
def test_embedder_with_several_names_gets_its_canonical_one(given, canonical):
    assert load({"embedders": [given]}).embedders == [canonical]


@pytest.mark.parametrize("name", ["esmc_300m", "Synthyra/ESMplusplus_large"])
def test_model_that_biocentral_mistakes_is_refused_with_the_remedy(name):
    with pytest.raises(StepError, match="Set backend to local, or choose esm2_650m"):
        load({"embedders": [name]})
    assert load({"embedders": [name], "backend": "local"})


def test_misspelt_embedder_gets_the_closest_match():
    with pytest.raises(StepError, match="Did you mean 'esm2_650m'"):
        load({"embedders": ["esm_650m"]})


@pytest.mark.parametrize("url", ["biocentral", "ftp://x", "https://user:pw@x", "https://"])
def test_invalid_address_is_refused(url):
    with pytest.raises(StepError, match="Key 'biocentral_url'"):
        load({"biocentral_url": url})


def test_password_in_the_cache_url_is_refused_and_not_repeated():
    with pytest.raises(StepError, match="leave the password out") as caught:
        load({"cache": "postgresql://me:hush@db/store"})
    assert "hush" not in caught.value.message


@pytest.mark.parametrize("value", ["uniprot:insulin", {"uniprot": "insulin"}, ["uniprot:insulin"]])
def test_query_stays_as_it_is(value):
    assert load({"input": value}).input == "uniprot:insulin"
