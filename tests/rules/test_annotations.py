"""Remote sources: the cells of protspace, fetched once; what is missing is reported."""

from datetime import date

import pytest

from tests.fakes.biocentral import FakeBiocentral
from tests.fakes.web import FakeWeb
from tests.support.annotating import Bench, proteins

ODD = {"Q0DEL1": "MKV", "Q0LST1": "MKL", "Q0MRG1": "MKI", "Q0DEM1": "MKF", "my_protein": "MKVLAA"}


@pytest.fixture(scope="module")
def running():
    with FakeBiocentral() as biocentral, FakeWeb(biocentral=biocentral.application) as web:
        yield web


@pytest.fixture
def bench(running, tmp_path):
    running.reset()
    running.offline = False
    for service in running.services.values():
        service.fault, service.latency, service.together = None, 0.0, 1
    return Bench(tmp_path, running)


def cells(table, name) -> list[str]:
    return ["" if cell is None else str(cell) for cell in table[name].to_pylist()]


@pytest.mark.parametrize("wanted", ["uniprot,taxonomy,interpro,ted", "default", "pfam_clan,genus"])
def test_every_cell_equals_that_of_protspace(bench, wanted):
    found = proteins(130) | ODD
    ours, theirs = bench.annotate(found, wanted=wanted), bench.protspace(found, wanted)
    for name in theirs.column_names[1:]:
        expected = cells(theirs, name)
        assert (cells(ours, name) if name in ours.column_names else [""] * len(found)) == expected
    assert set(ours.column_names) <= set(theirs.column_names)


def test_cells_without_scores_equal_those_of_protspace(bench, tmp_path):
    found = proteins(130) | ODD
    own = tmp_path / "own.csv"
    own.write_text("identifier,panther,label\nP10000,x|0.9;y,x|0.9\nP10001,z,z\n")
    wanted = f"uniprot,taxonomy,interpro,ted,{own}"
    theirs = bench.protspace(found, wanted, "--no-scores")
    ours, scored = bench.annotate(found, "--no-scores", wanted=wanted), bench.annotate(found)
    for name in set(theirs.column_names[1:]) & set(ours.column_names):
        assert cells(ours, name) == cells(theirs, name), name
    for name in ("go_mf", "pfam", "cc_subcellular_location", "ted_domains"):
        assert "|" in "".join(cells(scored, name)) and "|" not in "".join(cells(ours, name))


def test_every_prediction_equals_that_of_protspace(bench):
    twins = {"twin_a": "MKVLAAG" * 9, "twin_b": "MKVLAAG" * 9, "long": "M" * 5001}
    found = proteins(60) | ODD | twins
    ours, theirs = bench.annotate(found, wanted="biocentral"), bench.protspace(found, "biocentral")
    predicted = [name for name in theirs.column_names if name.startswith("predicted_")]
    assert len(predicted) == 4
    for name in predicted:
        assert cells(ours, name) == cells(theirs, name)
        assert len(set(cells(ours, name))) > 1
    assert bench.sources["biocentral"]["not_fetched"] == 0


def test_annotations_that_came_with_sequences_are_the_same(bench):
    found = proteins(130)
    bench.web.hits["(reviewed:true)"] = list(found)
    bench.retrieve("uniprot:(reviewed:true)")
    bench.web.reset()
    ours = bench.annotate(found, "--entries=uniprot.parquet", wanted="uniprot,taxonomy")
    assert bench.web.uniprot.requests == 0
    assert bench.sources["uniprot"] == {"stored": 130, "asked": 0, "not_fetched": 0}
    assert ours.equals(bench.annotate(found, wanted="uniprot,taxonomy"))


@pytest.mark.slow
def test_identifiers_with_an_accession_inside_get_the_annotations_of_its_entry(bench):
    names = ["P10000", "P10000-2", "P10000.3", "UniRef50_P10000", "AF-P10000-F1-model_v4", "inv1"]
    table = bench.annotate(dict.fromkeys(names, "MKVLAA"), wanted="uniprot,taxonomy,ted,sequence")
    for name in ("protein_name", "genus", "ted_domains"):
        first, *others, without = cells(table, name)
        assert first and others == [first] * 4 and not without, name
    # An entry's length is its own, that of others is counted.
    assert cells(table, "length")[1:] == ["6"] * 5 and cells(table, "length")[0] != "6"
    assert bench.report["parameters"]["without_accession"] == 1


def test_predictions_come_only_from_the_configured_server(bench):
    with FakeBiocentral() as own:
        address = f"--biocentral-url={own.url}"
        table = bench.annotate(proteins(20), address, wanted="biocentral")
        assert "predicted_membrane" in table.column_names
        own.fault = "down"
        bench.annotate(proteins(30), address, wanted="biocentral")
    assert own.predictions
    assert "biocentral.rostlab.org" not in bench.web.connects
    assert bench.sources["biocentral"]["not_fetched"] == 10
    (warning,) = bench.report["warnings"]
    assert warning.startswith("No Biocentral predictions for 10 of 30 proteins (")


def test_second_run_sends_no_request(bench):
    first = bench.annotate(proteins(30))
    bench.web.reset()
    assert bench.annotate(proteins(30)).equals(first)
    assert {name: service.requests for name, service in bench.web.services.items()} == (
        dict.fromkeys(bench.web.services, 0)
    )


def test_added_protein_is_the_only_one_looked_up(bench):
    bench.annotate(proteins(30))
    bench.web.reset()
    bench.annotate(proteins(30) | {"P20000": "MAAA"})
    assert (bench.web.uniprot.asked, bench.web.ted.asked) == (["P20000"], ["P20000"])
    assert len(bench.web.interpro.asked) == 1


def test_refetch_asks_only_the_named_source(bench):
    bench.annotate(proteins(30))
    bench.web.reset()
    bench.annotate(proteins(30), "--refetch", "ted")
    assert (len(bench.web.ted.asked), bench.web.uniprot.requests) == (30, 0)


def test_answers_that_are_too_old_are_fetched_again(bench):
    bench.annotate(proteins(30), wanted="default")
    bench.web.reset()
    bench.annotate(proteins(30), "--annotation-days=-1", wanted="default")
    assert len(bench.web.uniprot.asked) == 30


def test_report_has_the_days_of_answers_also_of_cached_ones(bench):
    bench.annotate(proteins(30))
    first = bench.report["parameters"]["days"]
    assert first.keys() == {"uniprot", "taxonomy", "interpro", "ted"}
    assert all(date.fromisoformat(a) <= date.fromisoformat(b) for a, b in first.values())
    bench.annotate(proteins(30))
    assert bench.report["parameters"]["days"] == first


def test_source_without_an_answer_has_no_days(bench):
    bench.web.ted.fault = "down"
    bench.annotate(proteins(30), wanted="ted,ec")
    assert bench.report["parameters"]["days"].keys() == {"uniprot"}


def test_uniprot_gets_several_batches_at_a_time_but_at_most_eight(bench):
    bench.web.uniprot.latency, bench.web.uniprot.together = 0.3, 3
    bench.annotate(proteins(1500), wanted="default")
    assert bench.web.uniprot.max_in_flight <= 8
    assert bench.sources["uniprot"]["not_fetched"] == 0


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        *(("uniprot", fault) for fault in ("503", "down", "garbage", "html", "400")),
        *(
            (source, fault)
            for source in ("taxonomy", "interpro", "ted")
            for fault in ("503", "html")
        ),
    ],
)
@pytest.mark.slow
def test_source_that_is_down_is_reported_and_fetched_next_time(bench, source, fault):
    bench.web.services[source].fault = fault
    table = bench.annotate(proteins(40))
    # TED has a request for each protein; a source that is down is not asked for all of them again.
    assert bench.web.services[source].requests <= 4 * 40
    assert table.num_rows == 40
    assert len(table.column_names) > 3
    assert bench.sources[source]["not_fetched_proteins"] == "all"
    assert any("for 40 of 40 proteins" in warning for warning in bench.report["warnings"])
    bench.web.services[source].fault = None
    assert bench.annotate(proteins(40)).num_columns > 30
    assert bench.report["warnings"] == []


def test_missing_network_is_noticed_before_any_request(bench):
    bench.web.offline = True
    table = bench.annotate(proteins(40), wanted="default,taxonomy,interpro,ted,sequence")
    assert all(service.requests == 0 for service in bench.web.services.values())
    assert table["length"].to_pylist() == [51] * 40
    assert all(source["not_fetched"] == 40 for source in bench.sources.values())


def test_cached_answers_are_used_offline(bench):
    first = bench.annotate(proteins(30))
    bench.web.reset()
    assert bench.annotate(proteins(30), "--offline").equals(first)
    assert not bench.web.connects
    bench.annotate(proteins(31), "--offline")
    assert bench.sources["uniprot"]["not_fetched_proteins"] == ["P10030"]
    assert not bench.web.connects


@pytest.mark.slow
def test_strict_fails_on_missing_annotations(bench):
    bench.web.ted.fault = "503"
    ended = bench.start(proteins(10), "--strict", wanted="ted")
    assert ended.returncode == 1
    assert "ANNOTATIONS_INCOMPLETE: No TED annotations for 10 of 10" in ended.stderr


@pytest.mark.slow
def test_flaky_service_loses_no_annotation(bench):
    for service in bench.web.services.values():
        service.fault = "flaky"
    found = proteins(130) | ODD
    flaky = bench.annotate(found)
    for service in bench.web.services.values():
        service.fault = None
    assert [each for each in bench.report["warnings"] if "no UniProt accession" not in each] == []
    assert bench.annotate(found, "--refetch", "uniprot", "ted", "interpro").equals(flaky)


@pytest.mark.parametrize("source", ["interpro", "uniprot"])
def test_entry_missing_in_an_answer_is_fetched_next_time(bench, source):
    bench.web.services[source].fault = "short"
    bench.annotate(proteins(60), wanted="default,pfam")
    bench.web.services[source].fault = None
    bench.web.reset()
    table = bench.annotate(proteins(60), wanted="default,pfam")
    assert bench.sources[source]["not_fetched"] == 0
    assert cells(table, "pfam") == cells(bench.protspace(proteins(60), "default,pfam"), "pfam")


@pytest.mark.slow
def test_missing_code_names_are_reported_and_not_cached(bench):
    bench.web.files.fault = "html"
    bench.annotate(proteins(20), wanted="cath,ec")
    assert len([it for it in bench.report["warnings"] if "bare codes" in it]) == 2
    bench.web.files.fault = None
    named = bench.annotate(proteins(20), wanted="cath,ec")
    assert cells(named, "cath") == cells(bench.protspace(proteins(20), "cath,ec"), "cath")
    assert any("(" in cell for cell in cells(named, "cath"))


def test_damaged_file_of_code_names_gives_a_warning_offline(bench):
    kept = bench.folder / "home/.cache/protspace/enzyme/ec_names.json"
    bench.annotate(proteins(20), wanted="ec")
    kept.write_text('{"1.1.1.1": "alcoh')
    bench.annotate(proteins(20), "--offline", wanted="ec")
    assert any("names of EC numbers" in warning for warning in bench.report["warnings"])


def test_remote_value_wins_and_sequence_fills_missing_ones(bench):
    table = bench.annotate({"P10000": "MKVL", "my_protein": "MKVLAA"}, wanted="sequence,default")
    theirs = bench.protspace({"P10000": "MKVL"}, "default")
    assert cells(table, "length") == [cells(theirs, "length")[0], "6"]
