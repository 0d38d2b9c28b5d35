"""Which service answers at which host: all that is faked."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from starlette.routing import BaseRoute

from tests.fakes import interpro, name_files, taxonomy, ted
from tests.fakes.proteins import Proteins
from tests.fakes.service import Service
from tests.fakes.uniprot import UniProt

#: The addresses by service; what else is asked of these hosts gets 404.
URLS = {
    "uniprot": (
        "https://rest.uniprot.org/uniprotkb/accessions",
        "https://rest.uniprot.org/uniprotkb/{accession}.json",
        "https://rest.uniprot.org/uniprotkb/search?query={query}",
        "https://rest.uniprot.org/uniprotkb/stream?query={query}",
        "https://rest.uniprot.org/uniparc/{identifier}.json",
    ),
    "taxonomy": ("https://rest.uniprot.org/taxonomy/search",),
    "interpro": ("https://www.ebi.ac.uk/interpro/matches/api/matches",),
    "ted": ("https://alphafold.ebi.ac.uk/api/domains/{accession}",),
    "files": (
        "https://ftp.ebi.ac.uk/pub/databases/interpro/current_release/interpro.xml.gz",
        "https://ftp.ebi.ac.uk/pub/databases/Pfam/current_release/Pfam-A.clans.tsv.gz",
        "https://download.cathdb.info/cath/releases/latest-release/cath-classification-data/"
        "cath-names.txt",
        "https://ftp.expasy.org/databases/enzyme/enzyme.dat",
        "https://ftp.expasy.org/databases/enzyme/enzclass.txt",
    ),
}


class Answers(NamedTuple):
    services: list[Service]
    routes: list[BaseRoute]


def hosts(
    services: Mapping[str, Service], proteins: Proteins, hits: Mapping[str, Sequence[str]]
) -> dict[str, Answers]:
    uniprot, taxa = services["uniprot"], services["taxonomy"]
    matches, domains, files = services["interpro"], services["ted"], services["files"]
    entries = UniProt(uniprot, proteins, hits).routes() + taxonomy.routes(taxa)
    found = {
        "rest.uniprot.org": Answers([uniprot, taxa], entries),
        "www.ebi.ac.uk": Answers([matches], interpro.routes(matches)),
        "alphafold.ebi.ac.uk": Answers([domains], ted.routes(domains, proteins)),
    }
    names = name_files.routes(files).items()
    return found | {host: Answers([files], routes) for host, routes in names}
