"""The files in which clients look up the names of signatures, clans, domains and enzymes."""

import gzip
from xml.sax.saxutils import quoteattr

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fakes.families import FAMILIES, Family
from tests.fakes.service import Service

_XML_DATABASES = {"SUPERFAMILY": "SSF", "CATH-Gene3D": "CATHGENE3D", "PANTHER": "PANTHER"}
# Names of levels of CATH; superfamilies that are not here have none, as in the true file.
_CATH_NAMES = {
    "1": "Mainly Alpha", "2": "Mainly Beta", "3": "Alpha Beta",
    "1.10": "Orthogonal Bundle", "2.40": "Beta Barrel", "3.40": "3-Layer(aba) Sandwich",
    "3.40.50": "Rossmann fold",
    "1.10.510.10": "Transferase(Phosphotransferase) domain 1",
    "1.10.490.10": "Globins",
    "2.40.10.10": "Trypsin-like serine proteases",
    "3.40.50.300": "P-loop containing nucleotide triphosphate hydrolases",
    "3.40.50.720": "NAD(P)-binding Rossmann-like Domain",
}  # fmt: skip
_EC_NAMES = {
    "2.7.11.1": "non-specific serine/threonine protein kinase",
    "7.6.2.2": "ABC-type xenobiotic transporter",
    "1.1.1.100": "3-oxoacyl-[acyl-carrier-protein] reductase",
    "3.4.21.4": "trypsin",
}
_EC_CLASSES = {
    "1. 1. 1.-": "With NAD(+) or NADP(+) as acceptor",
    "2. 7.11.-": "Protein-serine/threonine kinases",
    "3. 4.21.-": "Serine endopeptidases",
    "7. 6. 2.-": "Linked to the hydrolysis of a nucleoside triphosphate",
}


def routes(service: Service) -> dict[str, list[Route]]:
    """The routes by host."""
    files = {
        "ftp.ebi.ac.uk": {
            "/pub/databases/interpro/current_release/interpro.xml.gz": interpro_xml(),
            "/pub/databases/Pfam/current_release/Pfam-A.clans.tsv.gz": pfam_clans(),
        },
        "download.cathdb.info": {
            "/cath/releases/latest-release/cath-classification-data/cath-names.txt": cath_names(),
        },
        "ftp.expasy.org": {
            "/databases/enzyme/enzyme.dat": enzymes(),
            "/databases/enzyme/enzclass.txt": enzyme_classes(),
        },
    }
    return {
        host: [_file(service, path, content) for path, content in found.items()]
        for host, found in files.items()
    }


def _file(service: Service, path: str, content: bytes) -> Route:
    kind = "application/gzip" if path.endswith(".gz") else "text/plain"

    async def answer(_request: Request) -> Response:
        return Response(service.shortened(content), media_type=kind)

    async def asked(_request: Request) -> list[str]:
        return [path.rpartition("/")[2]]

    return service.route(path, answer, asked)


def interpro_xml() -> bytes:
    """Of each family an entry with the signatures that are nameless in the Matches API."""
    entries = "".join(
        f"<interpro id={quoteattr(family.signatures[0].entry)} type='Family'>"
        f"<name>{family.protein}</name><member_list>{_references(family)}</member_list></interpro>"
        for family in FAMILIES
    )
    return gzip.compress(f"<?xml version='1.0'?>\n<interprodb>{entries}</interprodb>\n".encode())


def _references(family: Family) -> str:
    return "".join(
        f"<db_xref db={quoteattr(_XML_DATABASES[each.library])}"
        f" dbkey={quoteattr(each.accession)} name={quoteattr(each.name)}/>"
        for each in family.signatures
        if each.library in _XML_DATABASES
    )


def pfam_clans() -> bytes:
    found = ((family.signature("Pfam"), *family.clan) for family in FAMILIES)
    lines = [
        "\t".join((pfam.accession, clan, name, pfam.name, pfam.name)) for pfam, clan, name in found
    ]
    return gzip.compress(("\n".join([*lines, "PF00014\t\t\tKunitz_BPTI\tKunitz"]) + "\n").encode())


def cath_names() -> bytes:
    lines = [f"{code:<20}1abcA00    :{name}" for code, name in _CATH_NAMES.items()]
    unnamed = {family.cath for family in FAMILIES} - set(_CATH_NAMES)
    lines += [f"{code:<20}1abcA00    :" for code in sorted(unnamed)]
    return ("# CATH names file\n" + "\n".join(lines) + "\n").encode()


def enzymes() -> bytes:
    return "".join(
        f"ID   {number}\nDE   {name}.\n//\n" for number, name in _EC_NAMES.items()
    ).encode()


def enzyme_classes() -> bytes:
    return "".join(f"{number}    {name}.\n" for number, name in _EC_CLASSES.items()).encode()
