"""The protein families that the fakes know: true names and identifiers, few of each."""

from typing import NamedTuple


class Signature(NamedTuple):
    library: str
    accession: str
    name: str
    entry: str  # of InterPro, which integrates the signature


class Family(NamedTuple):
    protein: str
    gene: str
    ec: str
    similarity: str
    location: tuple[str, str]
    keywords: dict[str, str]
    terms: dict[str, str]
    clan: tuple[str, str]
    cath: str
    signatures: tuple[Signature, ...]

    def signature(self, library: str) -> Signature | None:
        return next((each for each in self.signatures if each.library == library), None)


#: The libraries of the signatures below, in the order of their columns there.
LIBRARIES = (
    "Pfam", "SUPERFAMILY", "CATH-Gene3D", "SMART", "CDD", "PANTHER", "PROSITE patterns", "PRINTS",
)  # fmt: skip


def _signatures(table: str) -> tuple[Signature, ...]:
    """A line for each library: accession, name and InterPro entry; "-" where there is none."""
    rows = [line.split("|") for line in table.strip().splitlines()]
    found = zip(LIBRARIES, rows, strict=True)
    return tuple(Signature(library, *row) for library, row in found if row != ["-"])


FAMILIES = (
    Family(
        "Serine/threonine-protein kinase", "STK", "2.7.11.1",
        "Belongs to the protein kinase superfamily. Ser/Thr protein kinase family",
        ("Cytoplasm", "SL-0086"),
        {"KW-0067": "ATP-binding", "KW-0418": "Kinase", "KW-0808": "Transferase"},
        {"GO:0005524": "F:ATP binding", "GO:0006468": "P:protein phosphorylation",
         "GO:0005737": "C:cytoplasm"},
        ("CL0016", "PKinase"), "1.10.510.10",
        _signatures("""
PF00069|Pkinase|IPR000719
SSF56112|Protein kinase-like (PK-like)|IPR011009
G3DSA:1.10.510.10|Transferase(Phosphotransferase) domain 1|IPR011009
SM00220|S_TKc|IPR000719
cd00180|PKc|IPR000719
PTHR24361|MITOGEN-ACTIVATED KINASE KINASE KINASE|IPR053235
PS00108|PROTEIN_KINASE_ST|IPR008271
-"""),
    ),
    Family(
        "G-protein coupled receptor", "GPR", "",
        "Belongs to the G-protein coupled receptor 1 family",
        ("Cell membrane", "SL-0039"),
        {"KW-0297": "G-protein coupled receptor", "KW-1133": "Transmembrane helix"},
        {"GO:0004930": "F:G protein-coupled receptor activity", "GO:0005886": "C:plasma membrane"},
        ("CL0192", "GPCR_A"), "1.20.1070.10",
        _signatures("""
PF00001|7tm_1|IPR000276
SSF81321|Family A G protein-coupled receptor-like|IPR000276
G3DSA:1.20.1070.10|Rhodopsin 7-helix transmembrane proteins|IPR000276
-
-
PTHR24247|5-HYDROXYTRYPTAMINE RECEPTOR|IPR000276
PS00237|G_PROTEIN_RECEP_F1_1|IPR000276
PR00237|GPCRRHODOPSN|IPR000276"""),
    ),
    Family(
        "ABC transporter ATP-binding protein", "abc", "7.6.2.2",
        "Belongs to the ABC transporter superfamily",
        ("Cell inner membrane", "SL-0037"),
        {"KW-0067": "ATP-binding", "KW-0547": "Nucleotide-binding", "KW-0813": "Transport"},
        {"GO:0005524": "F:ATP binding", "GO:0055085": "P:transmembrane transport",
         "GO:0005886": "C:plasma membrane"},
        ("CL0023", "P-loop_NTPase"), "3.40.50.300",
        _signatures("""
PF00005|ABC_tran|IPR003439
SSF52540|P-loop containing nucleoside triphosphate hydrolases|IPR027417
G3DSA:3.40.50.300|P-loop containing nucleotide triphosphate hydrolases|IPR027417
SM00382|AAA|IPR003593
cd00267|ABC_ATPase|IPR003439
PTHR42711|ABC TRANSPORTER ATP-BINDING PROTEIN|IPR050763
PS00211|ABC_TRANSPORTER_1|IPR017871
-"""),
    ),
    Family(
        "Short-chain dehydrogenase/reductase", "fabG", "1.1.1.100",
        "Belongs to the short-chain dehydrogenases/reductases (SDR) family",
        ("Mitochondrion", "SL-0173"),
        {"KW-0521": "NADP", "KW-0560": "Oxidoreductase"},
        {"GO:0016491": "F:oxidoreductase activity",
         "GO:0006633": "P:fatty acid biosynthetic process"},
        ("CL0063", "NADP_Rossmann"), "3.40.50.720",
        _signatures("""
PF00106|adh_short|IPR002347
SSF51735|NAD(P)-binding Rossmann-fold domains|IPR036291
G3DSA:3.40.50.720|NAD(P)-binding Rossmann-like Domain|
-
cd05233|SDR_c|
PTHR42879|3-OXOACYL-(ACYL-CARRIER-PROTEIN) REDUCTASE|IPR050259
PS00061|ADH_SHORT|IPR020904
PR00081|GDHRDH|IPR002347"""),
    ),
    Family(
        "Hemoglobin subunit", "HB", "",
        "Belongs to the globin family",
        ("Cytoplasm, cytosol", "SL-0091"),
        {"KW-0349": "Heme", "KW-0408": "Iron", "KW-0561": "Oxygen transport"},
        {"GO:0020037": "F:heme binding", "GO:0015671": "P:oxygen transport",
         "GO:0005833": "C:hemoglobin complex"},
        ("CL0090", "Globin"), "1.10.490.10",
        _signatures("""
PF00042|Globin|IPR000971
SSF46458|Globin-like|IPR009050
G3DSA:1.10.490.10|Globins|IPR012292
-
-
PTHR11442|HEMOGLOBIN FAMILY MEMBER|IPR050056
-
-"""),
    ),
    Family(
        "Trypsin-like serine protease", "PRSS", "3.4.21.4",
        "Belongs to the peptidase S1 family",
        ("Secreted", "SL-0243"),
        {"KW-0378": "Hydrolase", "KW-0645": "Protease", "KW-0732": "Signal"},
        {"GO:0004252": "F:serine-type endopeptidase activity", "GO:0006508": "P:proteolysis",
         "GO:0005576": "C:extracellular region"},
        ("CL0124", "Peptidase_PA"), "2.40.10.10",
        _signatures("""
PF00089|Trypsin|IPR001254
SSF50494|Trypsin-like serine proteases|IPR009003
G3DSA:2.40.10.10|Trypsin-like serine proteases|IPR043504
SM00020|Tryp_SPc|IPR001254
cd00190|Tryp_SPc|IPR001254
PTHR24252|ACROSIN-RELATED|
PS00134|TRYPSIN_HIS|IPR018114
PR00722|CHYMOTRYPSIN|IPR001314"""),
    ),
)  # fmt: skip
