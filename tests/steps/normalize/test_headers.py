"""Fields of UniProt, UniRef and NCBI headers."""

import pytest

from steps.normalize.headers import HeaderFields, parse_header


def test_uniprot_header_gives_all_fields():
    header = (
        "sp|P00846|ATP6_HUMAN ATP synthase subunit a OS=Homo sapiens OX=9606 GN=MT-ATP6 PE=1 SV=1"
    )
    assert parse_header(header) == HeaderFields(
        protein_name="ATP synthase subunit a",
        gene_name="MT-ATP6",
        uniprot_kb_id="ATP6_HUMAN",
        organism="Homo sapiens",
        taxon_id=9606,
        protein_existence="1: Evidence at protein level",
        reviewed="Swiss-Prot",
    )


def test_trembl_header_without_gene_gives_none():
    fields = parse_header(
        "tr|Q9X|Q9X_BACT Uncharacterized OS=Bacillus sp. (strain 1) OX=1 PE=4 SV=2"
    )
    assert (fields.reviewed, fields.gene_name) == ("TrEMBL", None)
    assert fields.organism == "Bacillus sp. (strain 1)"


def test_ncbi_header_gives_name_and_organism():
    fields = parse_header("NP_000509.1 hemoglobin subunit beta [Homo sapiens]")
    assert (fields.protein_name, fields.organism) == ("hemoglobin subunit beta", "Homo sapiens")


def test_ncbi_protein_name_with_brackets_is_kept():
    fields = parse_header("WP_1.1 [2Fe-2S] ferredoxin [Escherichia coli]")
    assert (fields.protein_name, fields.organism) == ("[2Fe-2S] ferredoxin", "Escherichia coli")


def test_uniref_header_gives_name_organism_and_taxon():
    fields = parse_header(
        "UniRef50_Q8 Cluster: NEMO n=5 Tax=Homo sapiens TaxID=9606 RepID=NEMO_HUMAN"
    )
    assert (fields.protein_name, fields.organism, fields.taxon_id) == (
        "Cluster: NEMO",
        "Homo sapiens",
        9606,
    )


@pytest.mark.parametrize("header", ["Xela", "sp|P12345", "a|b|c|d", "x OX=none", "x PE=9"])
def test_fields_that_a_header_lacks_are_none(header):
    assert parse_header(header) == HeaderFields()
