"""An entry of the faked UniProtKB: the fields that clients read, in their true shape."""

from tests.fakes.organisms import organism_of
from tests.fakes.proteins import Protein, draw

_REVIEWED, _UNREVIEWED = "UniProtKB reviewed (Swiss-Prot)", "UniProtKB unreviewed (TrEMBL)"
_EXISTENCE = (
    "1: Evidence at protein level", "2: Evidence at transcript level",
    "3: Inferred from homology", "4: Predicted",
)  # fmt: skip
_CURATED = {"evidenceCode": "ECO:0000269", "source": "PubMed", "id": "12345678"}
_BY_RULE = {"evidenceCode": "ECO:0000256", "source": "ARBA", "id": "ARBA00012345"}


def entry(protein: Protein, secondary: tuple[str, ...] = ()) -> dict:
    """Return the entry of an active protein; some lack some fields."""
    reviewed, organism = protein.chance("reviewed", 0.6), organism_of(protein.accession)
    evidence = _CURATED if reviewed else _BY_RULE
    made = {
        "entryType": _REVIEWED if reviewed else _UNREVIEWED,
        "primaryAccession": protein.accession,
        "secondaryAccessions": list(secondary),
        "uniProtkbId": f"{_stem(protein, reviewed)}_{organism.mnemonic}",
        "annotationScore": float(1 + int(draw(protein.accession, "score") * 5)),
        "organism": {
            **organism.node.brief(),
            **organism.common_name(),
            "lineage": [node.name for node in organism.path[1:-1]],
        },
        "proteinExistence": _EXISTENCE[int(draw(protein.accession, "existence") * 4)],
        "proteinDescription": _description(protein, reviewed, evidence),
        "genes": _genes(protein),
        "comments": _comments(protein, evidence),
        "keywords": _keywords(protein),
        "uniProtKBCrossReferences": _terms(protein) + _structures(protein),
        "sequence": _sequence(protein),
        "entryAudit": {
            "entryVersion": 42,
            "sequenceVersion": 1 + int(3 * draw(protein.accession, "SV")),
        },
        "references": [{"referenceNumber": 1, "citation": {"id": "12345678"}}],
        "extraAttributes": {"uniParcId": protein.uniparc},
    }
    return {key: value for key, value in made.items() if value not in ([], {})}


def inactive(accession: str, reason: dict, uniparc: str | None) -> dict:
    """Return the entry of a protein that was deleted, merged or demerged."""
    made = {
        "entryType": "Inactive",
        "primaryAccession": accession,
        "uniProtkbId": f"{accession}_HUMAN",
        "annotationScore": 0.0,
        "inactiveReason": reason,
    }
    return made | ({"extraAttributes": {"uniParcId": uniparc}} if uniparc else {})


def uniparc(identifier: str, sequence: str) -> dict:
    return {"uniParcId": identifier, "sequence": {"value": sequence, "length": len(sequence)}}


def _stem(protein: Protein, reviewed: bool) -> str:
    """The first part of an entry name: TrEMBL's is the accession itself."""
    if not reviewed:
        return protein.accession
    gene = protein.family.gene.upper() if protein.family else "Y"
    return f"{gene}{protein.accession[-3:-1]}"


def _description(protein: Protein, reviewed: bool, evidence: dict) -> dict:
    """Half of TrEMBL has no recommended name, but the one under which it was submitted."""
    full = protein.family.protein if protein.family else "Uncharacterized protein"
    name: dict = {"fullName": {"evidences": [evidence], "value": full}}
    if protein.family and protein.family.ec and protein.chance("ec", 0.8):
        name["ecNumbers"] = [{"evidences": [evidence], "value": _ec(protein, protein.family.ec)}]
    recommended = reviewed or protein.chance("recommended", 0.5)
    made = {"recommendedName": name} if recommended else {"submissionNames": [name]}
    flags = [flag for flag in ("Fragment", "Precursor") if protein.chance(flag, 0.12)]
    return made | ({"flag": ",".join(flags)} if flags else {})


def _ec(protein: Protein, number: str) -> str:
    """Of some enzymes it is not known what they do in particular."""
    return f"{number.rpartition('.')[0]}.-" if protein.chance("partial", 0.2) else number


def _genes(protein: Protein) -> list[dict]:
    if protein.family is None or protein.chance("no gene", 0.15):
        return []
    return [{"geneName": {"value": f"{protein.family.gene}{protein.accession[-3:-1]}"}}]


def _comments(protein: Protein, evidence: dict) -> list[dict]:
    family = protein.family
    if family is None:
        return []
    location = {"value": family.location[0], "id": family.location[1], "evidences": [evidence]}
    place = {
        "commentType": "SUBCELLULAR LOCATION",
        "subcellularLocations": [{"location": location}],
    }
    comments = [
        _text("FUNCTION", f"Acts as a {family.protein.lower()}.", evidence),
        _text("SIMILARITY", family.similarity, {"evidenceCode": "ECO:0000305"}),
        place,
    ]
    return [each for each in comments if not protein.chance(each["commentType"], 0.2)]


def _text(kind: str, value: str, evidence: dict) -> dict:
    return {"commentType": kind, "texts": [{"evidences": [evidence], "value": value}]}


def _keywords(protein: Protein) -> list[dict]:
    keywords = {"KW-1185": "Reference proteome"} if protein.chance("proteome", 0.7) else {}
    keywords |= protein.family.keywords if protein.family else {}
    return [{"id": key, "category": "Ligand", "name": name} for key, name in keywords.items()]


def _terms(protein: Protein) -> list[dict]:
    """Terms of the Gene Ontology, each with its aspect (F, P or C) and evidence."""
    if protein.family is None or protein.chance("no terms", 0.1):
        return []
    source = "IDA:UniProtKB" if protein.chance("assay", 0.4) else "IEA:InterPro"
    return [
        _reference("GO", key, GoTerm=term, GoEvidenceType=source)
        for key, term in protein.family.terms.items()
    ]


def _structures(protein: Protein) -> list[dict]:
    if not protein.chance("structure", 0.25):
        return []
    chains = f"A=1-{len(protein.sequence)}"
    name = f"{1 + int(protein.md5[0], 16) % 9}{protein.md5[1:4]}"
    return [_reference("PDB", name, Method="X-ray", Resolution="2.10 A", Chains=chains)]


def _reference(database: str, key: str, **properties: str) -> dict:
    pairs = [{"key": name, "value": value} for name, value in properties.items()]
    return {"database": database, "id": key, "properties": pairs}


def _sequence(protein: Protein) -> dict:
    length = len(protein.sequence)
    return {
        "value": protein.sequence, "length": length, "molWeight": 110 * length, "md5": protein.md5,
    }  # fmt: skip
