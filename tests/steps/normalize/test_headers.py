"""Headers of many databases: docs/headers.yaml."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from scripts.generate import HEADERS
from steps.annotate.remote.accessions import accession_of
from steps.normalize.headers import HeaderFields, parse_header
from steps.normalize.identifiers import find_identifier
from steps.normalize.organisms import reads_like_organism

CONVENTIONS = yaml.safe_load(HEADERS.read_text())


@pytest.mark.parametrize("case", CONVENTIONS, ids=lambda case: case["convention"])
def test_header_of_a_convention_gives_its_fields(case):
    fields = parse_header(case["header"])
    identifier = find_identifier(case["header"].split()[0]).text
    found = {
        "identifier": identifier,
        "name": fields.protein_name,
        "gene": fields.gene_name,
        "organism": fields.organism,
        "taxon": fields.taxon_id,
        "accession": accession_of(identifier),
    }
    expected = {name: case.get(name) for name in found}
    assert found == expected


@given(st.text("aA1 []>|=:;._\x01OSGN-()", max_size=80))
def test_any_header_gives_fields(header):
    if header.split():
        fields = parse_header(header)
        assert all(
            value != "" for value in (fields.protein_name, fields.gene_name, fields.organism)
        )


def test_uniprot_header_gives_entry_evidence_and_database():
    fields = parse_header(CONVENTIONS[0]["header"])
    assert fields.uniprot_kb_id == "INVA_HUMAN"
    assert fields.protein_existence == "1: Evidence at protein level"
    assert fields.reviewed == "Swiss-Prot"
    assert parse_header(CONVENTIONS[1]["header"]).reviewed == "TrEMBL"


@pytest.mark.parametrize(
    "header", ["Xela", "sp|P12345", "a|b|c|d", "x OX=none", "x PE=9", "x []", "x [gene=]"]
)
def test_fields_that_a_header_lacks_are_none(header):
    fields = parse_header(header)
    name = "[]" if "[]" in header else None
    assert fields == HeaderFields(protein_name=name)


@pytest.mark.parametrize(
    "text",
    [
        *("Homo sapiens", "Homo", "E. coli", "Bacillus sp. X1(2014)", "Candidatus Carsonella"),
        *("synthetic construct", "uncultured bacterium", "marine metagenome", "Bacteroides"),
        *("Human immunodeficiency virus 1", "Escherichia phage T4", "Tobacco mosaic virus"),
        *("Mycobacterium tuberculosis H37Rv", "Canis lupus familiaris", "Felis catus x"),
        *("Clostridium sp. CAG:798", "Aeropyrum camini SY1 = JCM 12091", "bacterium JGI-14"),
        *(
            "Beak and feather disease virus",
            "Carnation etched ring virus",
            "cyanobacterium BACL30",
            "Arc I group archaeon X1",
        ),
        *("'Nostoc azollae' 0708", "[Clostridium] symbiosum", "Bacteria", "Nyctibatrachus"),
    ],
)
def test_organism_is_recognised(text):
    assert reads_like_organism(text)


@pytest.mark.parametrize(
    "text",
    [
        *("Fe", "Cu-Zn", "NAD(P)H", "NADP(+)", "2Fe-2S", "Fe-S", "Mn", "acyl-carrier-protein"),
        *("isomerizing", "ADP-forming", "Precursor", "imported", "Isoform 2", "Includes: Foo bar"),
        *("GeneID=0", "Source:HGNC Symbol;Acc:1", "EC 1.2.3.4", "Cytochrome c", "gbkey=CDS"),
        *(
            "Glutamine synthetase",
            "Invented factor (VF0000)",
            "Acyl carrier protein",
            "",
            "a" * 999,
        ),
    ],
)
def test_other_text_in_brackets_is_no_organism(text):
    assert not reads_like_organism(text)
