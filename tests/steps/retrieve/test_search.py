"""Step retrieve for a query: pages, limits, faults and the cache."""

import pyarrow.parquet as pq
import pytest

from tests.steps.retrieve.conftest import QUERY

SOURCE = f"uniprot:{QUERY}"


def found(count: int, first: int = 10000) -> list[str]:
    return [f"P{number}" for number in range(first, first + count)]


def test_all_pages_become_one_fasta_file(web, step):
    web.hits[QUERY] = found(1203)
    report = step.run(SOURCE)
    assert step.identifiers == found(1203)
    assert web.uniprot.requests == 4  # the count, and three pages
    assert report["counts"] == {"proteins": 1203, "cached": 0}
    parameters = report["parameters"]
    assert (parameters["query"], parameters["releases"]) == (QUERY, ["2026_03"])
    assert parameters["retrieved"] <= parameters["retrieved_last"]


def test_annotations_come_with_the_sequences(web, step):
    web.hits[QUERY] = found(30)
    step.run(SOURCE)
    table = pq.read_table(step.folder / "uniprot.parquet").to_pandas()
    assert list(table["protein_id"]) == found(30)
    assert table["keyword"].str.contains("KW-").any()
    assert table["go_mf"].str.contains("binding").any()


def test_count_is_in_the_log_before_the_download(web, step):
    web.hits[QUERY] = found(30)
    step.run(SOURCE)
    assert (
        f"UniProt has 30 proteins for the query {QUERY}." in (step.folder / "step.log").read_text()
    )


def test_same_query_is_answered_by_the_cache(web, step):
    web.hits[QUERY] = found(600)
    step.run(SOURCE)
    before, requests = step.headers, web.uniprot.requests
    report = step.run(f"uniprot:  {QUERY}")
    assert (step.headers, web.uniprot.requests) == (before, requests)
    assert report["counts"]["cached"] == 600


@pytest.mark.parametrize("option", ["--refetch=uniprot", "--query-days=0"])
def test_old_answer_is_retrieved_again(web, step, option, monkeypatch):
    web.hits[QUERY] = found(10)
    step.run(SOURCE)
    web.hits[QUERY] = found(12)
    monkeypatch.setattr("steps.annotate.remote.batches._today", _tomorrow)
    assert step.run(SOURCE, option)["counts"] == {"proteins": 12, "cached": 0}


def _tomorrow():
    from datetime import UTC, datetime, timedelta

    return datetime.now(UTC).date() + timedelta(days=1)


def test_query_without_hits_is_a_sentence(web, step):
    error = step.fail(SOURCE)
    assert error["code"] == "NO_PROTEINS_FOUND"
    assert f"no protein for the query '{QUERY}'" in error["message"]


def test_malformed_query_has_uniprots_message(web, step):
    error = step.fail("uniprot:(famly:x) AND (reviewd:true)")
    assert error["code"] == "INVALID_QUERY"
    message = "refuses the query: 'famly' is not a valid search field; 'reviewd' is not a valid"
    assert message in error["message"]
    assert "invalid syntax" in step.fail("uniprot:(family:x")["message"]


class Many(list):
    """As long as UniProt says, without any hit that would be sent."""

    def __len__(self) -> int:
        return 200_000


def test_too_many_hits_are_refused_before_the_download(web, step):
    web.hits[QUERY] = Many()
    error = step.fail(SOURCE, "--max-proteins=100000")
    assert error["code"] == "TOO_MANY_SEQUENCES"
    assert "UniProt has 200,000 proteins" in error["message"]
    assert "at most 100,000 are retrieved (max_proteins)" in error["message"]
    assert web.uniprot.requests == 1


def test_lower_limit_of_two_is_named(web, step):
    web.hits[QUERY] = found(30)
    error = step.fail(SOURCE, "--max-proteins=100000", "--max-sequences=20")
    assert "at most 20 are retrieved (max_sequences)" in error["message"]


@pytest.mark.parametrize("fault", ["429", "cut"])
def test_passing_fault_costs_nothing(web, step, fault):
    web.hits[QUERY] = found(1203)
    web.uniprot.refusals = 2
    web.uniprot.fault = fault
    step.run(SOURCE)
    assert step.identifiers == found(1203)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("cut", "the connection failed or broke off"),
        ("503", "it answers 503"),
        ("html", "its answer"),
        ("garbage", "its answer"),
        ("short", "it has 1,203 proteins and sent"),
    ],
)
def test_lasting_fault_is_a_sentence(web, step, fault, reason):
    web.hits[QUERY] = found(1203)
    web.uniprot.refusals = 100
    web.uniprot.fault = fault
    error = step.fail(SOURCE)
    assert error["code"] == "UNIPROT_UNAVAILABLE"
    assert reason in error["message"]
    assert not (step.folder / "uniprot.fasta").exists()


def test_offline_needs_a_cached_answer(web, step):
    web.hits[QUERY] = found(10)
    error = step.fail(SOURCE, "--offline")
    assert error["code"] == "OFFLINE"
    assert "offline: false" in error["message"]
    step.run(SOURCE)
    before = web.uniprot.requests
    assert step.run(SOURCE, "--offline", "--query-days=0")["counts"]["cached"] == 10
    assert web.uniprot.requests == before


def test_inactive_hits_are_named_and_left_out(web, step):
    web.hits[QUERY] = [*found(3), "Q0DEL1", "Q0DEM1"]
    report = step.run(SOURCE)
    assert step.identifiers == found(3)
    assert "Q0DEL1 was deleted (Not part of a reference proteome; its" in report["warnings"][0]
    assert step.run(SOURCE)["warnings"] == report["warnings"]


def test_hits_without_any_active_entry_are_refused(web, step):
    web.hits[QUERY] = ["Q0DEL1"]
    error = step.fail(SOURCE)
    assert error["code"] == "NO_PROTEINS_FOUND"
    assert "Q0DEL1 was deleted" in error["message"]


def test_answer_is_complete_without_a_cache(web, step):
    web.hits[QUERY] = found(10)
    step.run(SOURCE, "--cache=none")
    assert step.identifiers == found(10)
    assert not list(step.folder.glob("*.sqlite*"))
