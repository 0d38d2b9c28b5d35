"""A data set in shards gives the same bytes as in one piece, and fails in one piece only."""

import re

import pyarrow.parquet as pq
import pytest

from tests.fakes.biocentral import FakeBiocentral
from tests.fakes.web import FakeWeb
from tests.support.annotating import proteins
from tests.support.snakemake_run import read_json, snakemake, succeed

pytestmark = pytest.mark.slow
FILES = ("x.parquetbundle", "annotations.parquet", "embeddings/esm2_8m.h5")


@pytest.fixture(scope="module")
def services():
    with FakeBiocentral() as biocentral, FakeWeb() as web:
        yield biocentral, web


@pytest.fixture
def run(services, tmp_path):
    """Return a function that runs 60 proteins with the given configuration."""
    biocentral, web = services
    biocentral.reset()
    fasta = "".join(f">{name}\n{text}\n" for name, text in proteins(60).items())
    (tmp_path / "x.fasta").write_text(fasta)
    (tmp_path / "labels.csv").write_text("id,number\nP10003,3\nP10050,50\n")

    def run(name, start=succeed, *arguments, **config):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        usual = {"input": tmp_path / "x.fasta", "embedders": "esm2_8m", "methods": "pca2"}
        usual |= {"annotations": f"default,pfam,genus,header,sequence,{tmp_path}/labels.csv"}
        usual |= {"biocentral_url": biocentral.url, "cache": "none"}
        start(folder, *arguments, more_environment=web.environment, **(usual | config))
        return folder / "results" / "x"

    return run


def warnings(results) -> list[str]:
    return read_json(results / "provenance.json")["warnings"]


def test_sharded_run_gives_the_same_bytes(run):
    whole, parts = run("whole", scores=False), run("parts", scores=False, shard_size=25)
    for name in FILES:
        assert (whole / name).read_bytes() == (parts / name).read_bytes()
    steps = read_json(parts / "provenance.json")["steps"]
    assert next(step for step in steps if step["step"] == "embed")["counts"]["shards"] == 3
    assert not list((parts / "shards").glob("*.h5"))
    cells = pq.read_table(parts / "annotations.parquet")["pfam"].to_pylist()
    assert any(cells) and "|" not in str(cells)


@pytest.mark.parametrize("shard_size", [0, 25])
def test_missing_source_is_reported_once_and_fetched_as_the_warning_says(run, services, shard_size):
    interpro = services[1].services["interpro"]
    interpro.fault = "503"
    (warning,) = warnings(run("x", shard_size=shard_size))
    interpro.fault = None
    assert warning.startswith("No InterPro annotations for 60 of 60 proteins (")
    option = re.search(r"Rerun with `(.*)`", warning)[1].split()
    assert warnings(run("x", succeed, *option, shard_size=shard_size)) == []


def test_rerun_makes_only_the_shards_that_failed(run, services):
    biocentral = services[0]
    biocentral.fault = "second-fails"
    run("parts", snakemake, "--keep-going", shard_size=25, annotations="header")
    biocentral.fault = None
    biocentral.reset()
    run("parts", shard_size=25, annotations="header")
    assert len(biocentral.sequences) == 40
