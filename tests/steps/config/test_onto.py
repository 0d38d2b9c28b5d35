"""Key `onto`: what is checked before any job."""

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steps.annotate.cells import with_own
from steps.config.model import load
from steps.config.onto import Onto
from steps.errors import StepError


@pytest.fixture
def map_(tmp_path):
    """Return the results of a run, of which only the names of files matter."""
    folder = tmp_path / "run/results/toxins"
    names = ["sequences.parquet", "annotations.parquet", "provenance.json", "toxins.parquetbundle"]
    names += ["embeddings/kmers.h5", "reports/embed.kmers.json"]
    names += ["projections/kmers.umap2.parquet", "projections/kmers.tsne2.parquet"]
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    (tmp_path / "x.fasta").write_text(">x\nMKT\n")
    return folder


def loaded(folder, **keys):
    return load({"input": str(folder / "x.fasta"), "methods": "umap2", **keys})


@pytest.mark.parametrize("name", ["", "toxins.parquetbundle", "../..", "../../results/toxins/"])
def test_map_is_named_by_its_folder_its_bundle_or_its_run(map_, tmp_path, name):
    assert loaded(tmp_path, onto=str(map_ / name)).onto_map.folder.resolve() == map_.resolve()


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"methods": "tsne2"}, "'tsne2' has no way to place proteins on a map that exists; pca2"),
        ({"methods": "pca2"}, "There is: kmers.tsne2, kmers.umap2. Set methods"),
        ({"embedders": "composition"}, "There is: kmers. Set embedders"),
        ({"similarity": True}, "Key 'similarity' cannot be used with 'onto'"),
        ({"shard_size": 100}, "Key 'shard_size' cannot be used with 'onto'"),
        ({"onto": "nowhere"}, "there is no folder 'nowhere'"),
        ({"onto": ""}, "Key 'without' means nothing without the key 'onto'"),
        ({"without": "nowhere.txt"}, "there is no file 'nowhere.txt'"),
    ],
)
def test_what_cannot_join_is_refused_with_the_remedy(map_, tmp_path, keys, said):
    given = {"onto": str(map_), "without": str(tmp_path / "x.fasta")} | keys
    with pytest.raises(StepError) as caught:
        loaded(tmp_path, **given)
    assert said in caught.value.message


@pytest.mark.parametrize(
    ("value", "name"), [("May", "May"), (date(2026, 11, 29), "2026-11-29"), (["7"], "7"), (7, "7")]
)
def test_name_of_new_proteins_may_be_a_date_or_a_number(map_, tmp_path, value, name):
    assert loaded(tmp_path, onto=str(map_), added=value).added == name
    with pytest.raises(StepError, match="Key 'added' means nothing without the key 'onto'"):
        loaded(tmp_path, added=value)


def test_folder_without_a_finished_run_is_refused(map_, tmp_path):
    (map_ / "provenance.json").unlink()
    for name in (map_, map_ / "toxins.parquetbundle"):
        with pytest.raises(StepError, match="has no results of a finished run"):
            loaded(tmp_path, onto=str(name))


def test_one_of_several_data_sets_has_to_be_named(map_, tmp_path):
    map_.with_name("others").symlink_to(map_)
    with pytest.raises(StepError, match="several data sets"):
        loaded(tmp_path, onto=str(map_.parent.parent))


def test_own_column_that_growing_renames_is_no_label(map_):
    names = ["family", "added", "novelty"]
    table = with_own(pa.table({name: ["a"] for name in ("protein_id", *names)}), names)
    pq.write_table(table, map_ / "annotations.parquet")
    assert Onto(map_).labels == ["family"]
