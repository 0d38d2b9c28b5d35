"""The faked web services, asked by protspace's own clients and by plain requests."""

import gzip
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest
import requests
from protspace.data.annotations.retrievers.http_utils import paginated_get
from starlette.responses import PlainTextResponse

from tests.fakes.proteins import Proteins, md5
from tests.fakes.web import FAULTS, FakeWeb
from tests.support.waiting import PATIENCE_SECONDS, wait_until

UNIPROT = "https://rest.uniprot.org/uniprotkb"
TAXONOMY = "https://rest.uniprot.org/taxonomy/search"
TED = "https://alphafold.ebi.ac.uk/api/domains"
MATCHES = "https://www.ebi.ac.uk/interpro/matches/api/matches"
ACTIVE = [f"P{number}" for number in range(10000, 10060)]
PROTSPACE = Path(sys.executable).with_name("protspace")
SOURCES = ("uniprot", "taxonomy", "interpro", "ted")


@pytest.fixture(scope="module")
def running():
    with FakeWeb(sequences={"P10000": "MKVL"}) as web:
        yield web


@pytest.fixture
def web(running, monkeypatch):
    running.reset()
    running.offline = False
    for service in running.services.values():
        service.fault, service.latency, service.refusals = None, 0.0, 3
        service.together = 1
    for name, value in running.environment.items():
        monkeypatch.setenv(name, value)
    return running


def batch(accessions=ACTIVE[:10], client=requests):
    return client.get(f"{UNIPROT}/accessions", params={"accessions": ",".join(accessions)})


def annotate(web, folder: Path, identifiers: list[str]) -> pd.DataFrame:
    fasta, output = folder / "proteins.fasta", folder / "table.parquet"
    fasta.write_text("".join(f">{each}\nM{Proteins()[each].sequence}\n" for each in identifiers))
    wanted = [word for source in SOURCES for word in ("-a", source)]
    command = [PROTSPACE, "annotate", "-i", fasta, "-o", output, *wanted]
    environment = os.environ | web.environment | {"HOME": str(folder)}
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return pd.read_parquet(output).set_index("protein_id")


def test_protspace_fills_the_columns_of_every_source(web, tmp_path):
    table = annotate(web, tmp_path, ACTIVE)
    assert all((table[column] != "").any() for column in table.columns)
    assert set(table["root"]) == {"cellular organisms", "Viruses", "other entries"}
    assert table["pfam"].str.contains(r"^PF\d{5} \(\w+\)\|[\d.]+$").any()
    assert table["cath"].str.contains("1.20.1070.10|", regex=False).any()  # has no name
    assert table["ec"].str.contains("2.7.11.1 (non-specific serine", regex=False).any()
    assert table["ted_domains"].str.contains("3.40.50 (Rossmann fold)|", regex=False).any()
    assert table["signal_peptide"].isin(["True", "False"]).all()
    assert not table.astype(str).apply(lambda cells: cells.str.contains("PF10294")).any(axis=None)
    assert web.unknown_hosts == []


def test_protspace_resolves_what_has_become_of_inactive_entries(web, tmp_path):
    gone = ["Q0DEL1", "Q0LST1", "Q0DEM1", "Q0UNK1", "my_protein"]
    table = annotate(web, tmp_path, ["P10000", "Q0MRG1", *gone])
    assert table.loc["P10000", "uniprot_kb_id"] != ""
    assert table.loc["Q0MRG1", "uniprot_kb_id"].startswith("P0MRG1_")
    assert (table.loc[gone, "uniprot_kb_id"] == "").all()
    assert web.uniprot.asked.count("Q0MRG1") == 2  # in the batch, and alone
    assert "my_protein" not in web.uniprot.asked


def test_long_answers_come_in_pages(web):
    pages = []
    query = {"accessions": ",".join(ACTIVE)}
    records = paginated_get(f"{UNIPROT}/accessions", query, on_response=pages.append)
    assert [each["primaryAccession"] for each in records] == ACTIVE
    assert [len(page.json()["results"]) for page in pages] == [25, 25, 10]
    assert {page.headers["X-UniProt-Release"] for page in pages} == {"2026_03"}
    assert web.uniprot.requests == 3
    assert web.uniprot.asked == ACTIVE


def test_only_what_is_asked_for_is_counted(web):
    batch()
    web.reset()
    batch(["P10059"])
    requests.get(f"{TED}/P10059")
    assert (web.uniprot.asked, web.uniprot.requests) == (["P10059"], 1)
    assert (web.ted.asked, web.ted.requests) == (["P10059"], 1)
    assert web.interpro.requests == web.taxonomy.requests == web.files.requests == 0


def test_one_malformed_accession_spoils_a_batch(web):
    answer = batch([*ACTIVE[:3], "my_protein"])
    assert answer.status_code == 400
    assert "'my_protein'" in answer.json()["messages"][0]


def test_inactive_entries_are_missing_in_a_batch_and_explained_alone(web):
    inactive = ["Q0DEL1", "Q0LST1", "Q0DEM1"]
    assert len(batch([*inactive, "Q0MRG1", "Q0UNK1", "P10000"]).json()["results"]) == 1
    entries = [requests.get(f"{UNIPROT}/{each}.json").json() for each in inactive]
    reasons = [entry["inactiveReason"]["inactiveReasonType"] for entry in entries]
    assert reasons == ["DELETED", "DELETED", "DEMERGED"]
    assert [bool(entry.get("extraAttributes")) for entry in entries] == [True, False, True]
    merged = requests.get(f"{UNIPROT}/Q0MRG1.json")
    assert merged.history[0].status_code == 303
    assert merged.json()["secondaryAccessions"] == ["Q0MRG1"]
    assert requests.get(f"{UNIPROT}/Q0UNK1.json").status_code == 404


def test_the_sequence_of_a_deleted_entry_is_in_uniparc(web):
    entry = requests.get(f"{UNIPROT}/Q0DEL1.json").json()
    identifier = entry["extraAttributes"]["uniParcId"]
    sequence = requests.get(f"https://rest.uniprot.org/uniparc/{identifier}.json").json()
    assert sequence["sequence"]["value"] == Proteins()["Q0DEL1"].sequence


def test_a_secondary_accession_can_be_searched_for(web):
    query = {"query": "sec_acc:Q0MRG1", "size": "500"}
    found = requests.get(f"{UNIPROT}/search", query).json()["results"]
    assert [each["primaryAccession"] for each in found] == ["P0MRG1"]
    assert requests.get(f"{UNIPROT}/search", {"query": "sec_acc:Q0UNK1"}).json()["results"] == []


def search(**query) -> requests.Response:
    return requests.get(f"{UNIPROT}/search", query)


def test_search_gives_pages_with_links_and_the_number_of_all(web):
    web.hits["reviewed:true"] = ACTIVE
    count = search(query="reviewed:true", size="0")
    assert (count.json()["results"], count.headers["X-Total-Results"]) == ([], "60")
    assert "Link" not in count.headers
    first = search(query="reviewed:true", size="40")
    second = requests.get(first.links["next"]["url"])
    found = [
        each["primaryAccession"] for page in (first, second) for each in page.json()["results"]
    ]
    assert found == ACTIVE
    assert second.links == {}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({}, "'query' is a required parameter"),
        ({"query": "(reviewed:true"}, "query parameter has an invalid syntax"),
        ({"query": "gene:INS AND"}, "query parameter has an invalid syntax"),
        ({"query": "famly:x"}, "'famly' is not a valid search field"),
        ({"query": "x", "size": "501"}, "'size' must be less than or equal to 500"),
        ({"query": "x", "fields": "acession"}, "Invalid fields parameter value 'acession'"),
        ({"query": "x", "sort": "size asc"}, "Invalid sort field 'size'"),
    ],
)
def test_wrong_search_is_refused_with_a_message(web, query, message):
    answer = search(**query)
    assert answer.status_code == 400
    assert answer.json() == {"url": f"{UNIPROT}/search", "messages": [message]}


def test_only_the_fields_that_are_asked_for_are_sent(web):
    web.hits["x"] = ACTIVE[:1]
    (whole,) = search(query="x").json()["results"]
    (part,) = search(query="x", fields="id,go").json()["results"]
    assert part.keys() <= {"entryType", "primaryAccession", "uniProtkbId", "extraAttributes"} | {
        "uniProtKBCrossReferences"
    }
    assert {"references", "sequence"} <= whole.keys()


def test_isoforms_have_accessions_and_sequences_of_their_own(web):
    found = batch(["P10000-1", "P10000-2", "P10001-9"]).json()["results"]
    assert [each["primaryAccession"] for each in found] == ["P10000", "P10000-2"]
    assert requests.get(f"{UNIPROT}/P10001-9.json").status_code == 404


def test_stream_is_the_fasta_of_all_hits(web):
    web.hits["x"] = [*ACTIVE, "Q0DEL1"]
    query = {"query": "x", "format": "fasta", "compressed": "true"}
    text = gzip.decompress(requests.get(f"{UNIPROT}/stream", query).content).decode()
    assert [line.split("|")[1] for line in text.splitlines() if line[0] == ">"] == ACTIVE


def test_later_page_may_break_off_in_the_middle(web):
    web.hits["x"] = ACTIVE
    web.uniprot.refusals = 1
    web.uniprot.fault = "cut"
    first = search(query="x")
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        requests.get(first.links["next"]["url"])
    assert len(requests.get(first.links["next"]["url"]).json()["results"]) == 25


def test_entries_have_the_sequences_that_are_given(web):
    given, made = batch(["P10000", "P10001"]).json()["results"]
    assert given["sequence"]["value"] == "MKVL"
    assert given["sequence"]["md5"] == md5("MKVL")
    assert made["sequence"]["value"] == Proteins()["P10001"].sequence


def test_lineages_are_told_from_the_root(web):
    found = requests.get(TAXONOMY, {"query": "id:9606 OR id:11676 OR id:4"}).json()["results"]
    human, virus = found
    assert human["lineage"][0]["scientificName"] == "cellular organisms"
    assert {"rank": "genus", "scientificName": "Homo"}.items() <= human["lineage"][-1].items()
    assert virus["lineage"][0]["scientificName"] == "Viruses"
    assert web.taxonomy.asked == ["9606", "11676", "4"]


def test_matches_depend_on_the_md5_alone_and_may_be_predicted(web):
    hashes = [md5(each) for each in ACTIVE]
    results = requests.post(MATCHES, json={"md5": hashes}).json()["results"]
    again = requests.post(MATCHES, json={"md5": hashes[5:6]}).json()["results"]
    assert again == results[5:6]
    assert [result["md5"] for result in results] == hashes
    assert {result["found"] for result in results} == {True, False}
    sources = {match["source"] for result in results for match in result["matches"]}
    assert {"Pfam", "SUPERFAMILY", "CATH-Gene3D", "Phobius", "InterPro-N"} <= sources


def test_too_many_md5s_at_once_are_refused(web):
    hashes = [md5(str(number)) for number in range(101)]
    assert requests.post(MATCHES, json={"md5": hashes}).status_code == 422
    assert requests.post(MATCHES, json=["no object"]).status_code == 422


def test_domains_are_known_of_some_proteins(web):
    answers = [requests.get(f"{TED}/{each}") for each in [*ACTIVE[:30], "my_protein"]]
    assert {answer.status_code for answer in answers} == {200, 404}
    assert answers[-1].status_code == 404
    found = [answer.json()["annotations"] for answer in answers if answer.ok]
    assert {len(domains) for domains in found} == {0, 1, 2, 3}


@pytest.mark.parametrize("fault", ["503", "400"])
def test_a_status_is_answered_by_the_faulty_service_alone(web, fault):
    web.uniprot.fault = fault
    assert batch().status_code == int(fault)
    assert requests.get(TAXONOMY, {"query": "id:9606"}).ok
    assert web.uniprot.asked == ACTIVE[:10]


@pytest.mark.parametrize(("fault", "start"), [("garbage", "{this"), ("html", "<!DOCTYPE")])
def test_a_body_may_be_no_json(web, fault, start):
    web.ted.fault = fault
    answer = requests.get(f"{TED}/P10000")
    assert answer.status_code == 200
    assert answer.text.startswith(start)
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_three_answers_in_ten_are_flaky(web):
    web.ted.fault = "flaky"
    with requests.Session() as session:
        codes = [session.get(f"{TED}/Q0UNK1").status_code for _ in range(200)]
    assert set(codes) == {404, 503}
    assert 40 <= codes.count(503) <= 80


def test_the_first_answers_ask_for_a_pause(web):
    web.taxonomy.fault = "429"
    answers = [requests.get(TAXONOMY, {"query": "id:9606"}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [429, 429, 429, 200]
    assert answers[0].headers["Retry-After"] == "1"


def test_records_and_halves_of_files_are_missing_in_short_answers(web):
    address = "https://download.cathdb.info/cath/releases/latest-release/cath-classification-data"
    whole = requests.get(f"{address}/cath-names.txt").content
    for service in web.services.values():
        service.fault = "short"
    assert len(batch().json()["results"]) == 6
    found = requests.post(MATCHES, json={"md5": [md5("MKVL")]}).json()["results"]
    assert found == []
    assert len(requests.get(f"{address}/cath-names.txt").content) == len(whole) // 2


def test_a_service_that_is_down_closes_connections(web):
    web.uniprot.fault = web.ted.fault = "down"
    with pytest.raises(requests.ConnectionError):
        batch()
    assert requests.get(TAXONOMY, {"query": "id:9606"}).ok  # of the same host
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{TED}/P10000")
    assert web.ted.requests == 0


def test_nothing_is_reached_offline_even_on_open_connections(web):
    with requests.Session() as session:
        assert batch(client=session).ok
        web.offline = True
        with pytest.raises(requests.ConnectionError):
            batch(client=session)
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{TED}/P10000")
    assert web.connects["alphafold.ebi.ac.uk"] == 1


def test_hanging_requests_are_answered_when_the_fault_is_cleared(web):
    web.uniprot.fault = "hang"
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{UNIPROT}/P10000.json", timeout=(60, 0.2))
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(batch)
        time.sleep(0.2)
        assert not waiting.done()
        web.uniprot.fault = None
        assert waiting.result(PATIENCE_SECONDS).ok


def test_a_hanging_request_does_not_keep_the_server_from_ending(monkeypatch):
    with FakeWeb() as web:
        for name, value in web.environment.items():
            monkeypatch.setenv(name, value)
        web.ted.fault = "hang"
        client = threading.Thread(target=_ignoring_errors, args=(f"{TED}/P10000",))
        client.start()
        wait_until(lambda: web.ted.requests)
    client.join(PATIENCE_SECONDS)
    assert not client.is_alive()


def _ignoring_errors(address: str) -> None:
    with pytest.raises(requests.ConnectionError):
        requests.get(address)


def _patiently(accession: str) -> requests.Response:
    return requests.get(f"{TED}/{accession}", timeout=PATIENCE_SECONDS)


def test_slow_answers_do_not_wait_for_each_other(web):
    web.ted.together = 20
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(_patiently, ACTIVE[:20]))
    assert len(answers) == web.ted.max_in_flight == 20


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_hosts_that_are_not_faked_are_refused_and_recorded(web, scheme):
    address = f"{scheme}://example.org/"
    if scheme == "http":
        assert requests.get(address).status_code == 502
    else:
        with pytest.raises(requests.exceptions.ProxyError, match="502 Bad Gateway"):
            requests.get(address)
    host = "example.org" if scheme == "https" else "http://example.org"
    assert web.unknown_hosts == [host]


def test_an_application_may_answer_for_biocentral(monkeypatch):
    with FakeWeb(biocentral=PlainTextResponse("here")) as web:
        for name, value in web.environment.items():
            monkeypatch.setenv(name, value)
        assert requests.get("https://biocentral.rostlab.org/health").text == "here"


def test_an_unknown_fault_is_refused(web):
    assert set(FAULTS) >= {"down", "503", "429", "400"}
    with pytest.raises(ValueError, match="sleepy"):
        web.ted.fault = "sleepy"


def test_a_command_can_be_run_with_the_services(tmp_path):
    script = f"import requests; print(requests.get('{UNIPROT}/P10000.json').status_code)"
    options = ["-m", "tests.fakes.web", "--latency", "0.01", "--fault", "uniprot=503", "--"]
    command = [sys.executable, *options, sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "503\n"
    assert "uniprot 1, taxonomy 0" in done.stderr
