"""Step retrieve for a list of accessions: isoforms, inactive entries, faults."""

from tests.fakes.proteins import Proteins


def test_entries_come_in_the_order_of_the_list(web, step):
    step.run_list("P10003\nP10001, P10002\nP10003\n")
    assert step.identifiers == ["P10003", "P10001", "P10002"]
    assert web.uniprot.requests == 1


def test_isoforms_have_their_own_sequences(web, step):
    step.run_list("P10001-2\nP10001\n")
    assert step.identifiers == ["P10001-2", "P10001"]
    text = (step.folder / "uniprot.fasta").read_text()
    sequences = ["".join(each.splitlines()[1:]) for each in text.split(">")[1:]]
    assert sequences == [Proteins()[each].sequence for each in ("P10001-2", "P10001")]


def test_canonical_isoform_is_the_entry(web, step):
    report = step.run_list("P10001-1\nP10001\n")
    assert step.identifiers == ["P10001"]
    assert report["parameters"]["merged"] == {}


def test_merged_accession_becomes_the_one_of_today(web, step):
    report = step.run_list("Q0MRG1\nP10001\nP0MRG1\n")
    assert step.identifiers == ["P0MRG1", "P10001"]
    assert report["warnings"] == [
        "1 accession(s) were merged into other entries: Q0MRG1 is P0MRG1 now."
    ]


def test_other_inactive_accessions_are_named_with_the_reason(web, step):
    report = step.run_list("Q0DEL1\nQ0LST1\nQ0DEM1\nQ0UNK1\nP10001\nP10001-9\n")
    gone = report["parameters"]["left_out"]
    assert step.identifiers == ["P10001"]
    assert gone["Q0DEL1"].startswith(
        "was deleted (Not part of a reference proteome; its sequence is"
    )
    assert gone["Q0DEL1"].endswith(" in UniParc)")
    assert gone["Q0LST1"] == "was deleted (Not part of a reference proteome)"
    assert gone["Q0DEM1"] == "was demerged into P0DEM1, O0DEM1: name the one you mean"
    assert gone["Q0UNK1"] == gone["P10001-9"] == "is not known to UniProt"
    assert report["warnings"][0].startswith("5 accession(s) were left out: Q0DEL1 was deleted")


def test_list_of_inactive_accessions_is_refused(web, step):
    (step.folder / "list.txt").write_text("Q0UNK1\nQ0UNK2\n")
    error = step.fail(str(step.folder / "list.txt"))
    assert error["code"] == "NO_PROTEINS_FOUND"
    assert (
        "None of the 2 accessions has an entry in UniProt: Q0UNK1 is not known" in error["message"]
    )


def test_only_new_accessions_are_asked_for(web, step):
    step.run_list("P10001\nP10002\nQ0DEL1\n")
    web.reset()
    report = step.run_list("P10001\nP10002\nP10003\nQ0DEL1\n")
    assert web.uniprot.asked == ["P10003"]
    assert report["counts"] == {"proteins": 3, "cached": 3}


def test_list_that_is_too_long_is_refused_before_the_download(web, step):
    (step.folder / "list.txt").write_text("P10001\nP10002\nP10003\n")
    error = step.fail(str(step.folder / "list.txt"), "--max-proteins=2")
    assert error["code"] == "TOO_MANY_SEQUENCES"
    assert web.uniprot.requests == 0


def test_lost_batches_are_a_sentence_and_the_others_are_kept(web, step):
    step.run_list("P10001\n")
    web.uniprot.fault = "503"
    (step.folder / "list.txt").write_text("P10001\nP10002\n")
    error = step.fail(str(step.folder / "list.txt"))
    assert error["code"] == "UNIPROT_UNAVAILABLE"
    assert "1 of 2 accessions have no answer (answered 503" in error["message"]


def test_offline_names_how_many_accessions_are_not_cached(web, step):
    step.run_list("P10001\n")
    (step.folder / "list.txt").write_text("P10001\nP10002\n")
    error = step.fail(str(step.folder / "list.txt"), "--offline")
    assert error["code"] == "OFFLINE"
    assert "1 of 2 accessions" in error["message"]
    assert step.run_list("P10001\n", "--offline")["counts"]["cached"] == 1
