"""Data sets from UniProt, in real runs against the faked one."""

import pyarrow.parquet as pq
import pytest

from tests.fakes.web import FakeWeb
from tests.support.snakemake_run import read_json, snakemake, succeed

QUERY = "(family:phospholipase) AND (reviewed:true)"
NAME = "family_phospholipase_AND_reviewed_true"
ACCESSIONS = [f"P{number}" for number in range(10000, 10030)]


@pytest.fixture
def web():
    with FakeWeb() as web:
        web.hits[QUERY] = ACCESSIONS
        yield web


def options(web, **config):
    config = {"annotations": "default,header", "methods": "pca2"} | config
    return config | {"more_environment": web.environment}


@pytest.mark.slow
def test_query_is_asked_once_for_sequences_and_annotations(web, tmp_path):
    query = f"uniprot:{QUERY}"
    output = succeed(tmp_path, input=query, **options(web))
    assert "UniProt has 30 proteins" in output
    assert web.uniprot.requests == 2
    results = tmp_path / "results" / NAME
    table = pq.read_table(results / "annotations.parquet").to_pandas()
    assert list(table["protein_id"]) == ACCESSIONS
    assert table["keyword"].notna().any()
    assert table["organism"].notna().all()
    (step,) = [
        s for s in read_json(results / "provenance.json")["steps"] if s["step"] == "retrieve"
    ]
    assert (step["parameters"]["query"], step["counts"]["proteins"]) == (QUERY, 30)
    again = succeed(tmp_path, input=query, **options(web, methods="pca2,mds2", query_days=0))
    assert "Retrieving" not in again
    assert web.uniprot.requests == 2


@pytest.mark.slow
def test_list_and_query_of_a_sheet_are_data_sets(web, tmp_path):
    (tmp_path / "list.txt").write_text("\n".join(ACCESSIONS[:20]))
    sheet = tmp_path / "batch.tsv"
    sheet.write_text(f"dataset\tfasta\none\tlist.txt\ntwo\tuniprot:{QUERY}\n")
    succeed(tmp_path, input=sheet, **options(web, shard_size=10))
    counts = [
        read_json(tmp_path / "results" / name / "provenance.json")["input"]["sequences"]
        for name in ("one", "two")
    ]
    assert counts == [20, 30]
    # The query and its count; the list, unless the query has brought its entries by then.
    assert len(web.uniprot.asked) in (2, 22)


@pytest.mark.slow
def test_changed_list_is_retrieved_again(web, tmp_path):
    path = tmp_path / "accessions.txt"
    for count in (20, 25):
        path.write_text("\n".join(ACCESSIONS[:count]))
        succeed(tmp_path, input=path, **options(web))
        report = read_json(tmp_path / "results" / "accessions" / "reports" / "normalize.json")
        assert report["counts"]["sequences"] == count
    assert web.uniprot.asked == ACCESSIONS[:25]


def test_refused_query_ends_the_run_with_the_sentence(web, tmp_path):
    result = snakemake(tmp_path, input="uniprot:(famly:x)", **options(web))
    assert result.returncode == 1
    assert "INVALID_QUERY: UniProt refuses the query: 'famly' is not a valid" in result.stderr
    assert "Traceback" not in result.stderr
