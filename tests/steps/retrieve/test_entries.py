"""FASTA headers and annotations of UniProtKB's JSON entries."""

import pytest

from steps.retrieve.entries import header_of, values_of
from tests.fakes.proteins import Proteins
from tests.fakes.uniprot_entry import entry
from tests.fakes.uniprot_query import fasta

P53 = {
    "entryType": "UniProtKB reviewed (Swiss-Prot)",
    "primaryAccession": "P04637",
    "uniProtkbId": "P53_HUMAN",
    "organism": {"scientificName": "Homo sapiens", "commonName": "Human", "taxonId": 9606},
    "proteinExistence": "1: Evidence at protein level",
    "proteinDescription": {
        "recommendedName": {"fullName": {"value": "Cellular tumor antigen p53"}}
    },
    "genes": [{"geneName": {"value": "TP53"}, "synonyms": [{"value": "P53"}]}],
    "sequence": {"value": "MEEP", "length": 4},
    "entryAudit": {"sequenceVersion": 4},
}
HEADER = "Cellular tumor antigen p53 OS=Homo sapiens OX=9606 GN=TP53 PE=1 SV=4"


def test_header_is_that_of_uniprots_fasta_files():
    assert header_of(P53) == f"sp|P04637|P53_HUMAN {HEADER}"


def test_isoform_has_its_accession_in_the_header():
    header = header_of(P53 | {"primaryAccession": "P04637-2"})
    assert header.startswith(
        "sp|P04637-2|P53_HUMAN Cellular tumor antigen p53 (isoform P04637-2) OS="
    )


@pytest.mark.parametrize(
    ("genes", "name"),
    [
        ([{"orderedLocusNames": [{"value": "b0001"}]}], "GN=b0001"),
        ([{"orfNames": [{"value": "F1"}]}, {"geneName": {"value": "x"}}], "GN=F1"),
        ([], "PE=1"),
    ],
)
def test_gene_is_named_by_what_there_is(genes, name):
    assert f" {name}" in header_of(P53 | {"genes": genes})
    assert "GN= " not in header_of(P53 | {"genes": genes})


def test_fragment_and_submitted_name_are_in_the_header():
    named = {"submissionNames": [{"fullName": {"value": "Kinase"}}], "flag": "Fragments"}
    changed = {"proteinDescription": named, "entryType": "UniProtKB unreviewed (TrEMBL)"}
    assert header_of(P53 | changed).startswith("tr|P04637|P53_HUMAN Kinase (Fragments) OS=")


def test_bare_entry_has_a_header_of_its_accession():
    assert header_of({"primaryAccession": "P04637"}) == "sp|P04637|"


@pytest.mark.parametrize("number", range(10000, 10020))
def test_headers_equal_those_of_the_faked_fasta(number):
    record = entry(Proteins()[f"P{number}"])
    assert f">{header_of(record)}" == fasta(record).partition("\n")[0]


def test_entry_has_protspaces_annotations():
    values = values_of(P53, "2026_03")
    assert values["release"] == "2026_03"
    assert (values["identifier"], values["sequence"]) == ("P04637", "MEEP")
    assert (values["gene_name"], values["organism_id"]) == ("TP53", "9606")
