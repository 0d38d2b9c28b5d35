"""A dozen organisms with their true lineages."""

from dataclasses import dataclass
from functools import cache

from tests.fakes.proteins import choice

# Mnemonic and common name, then the lineage from the root: identifier, rank and name of each.
_ORGANISMS = """
HUMAN Human: 131567 no rank cellular organisms > 2759 domain Eukaryota > 33208 kingdom Metazoa
 > 7711 phylum Chordata > 40674 class Mammalia > 9443 order Primates > 9604 family Hominidae
 > 9605 genus Homo > 9606 species Homo sapiens
MOUSE Mouse: 131567 no rank cellular organisms > 2759 domain Eukaryota > 33208 kingdom Metazoa
 > 7711 phylum Chordata > 40674 class Mammalia > 9989 order Rodentia > 10066 family Muridae
 > 10088 genus Mus > 10090 species Mus musculus
DROME Fruit fly: 131567 no rank cellular organisms > 2759 domain Eukaryota > 33208 kingdom Metazoa
 > 6656 phylum Arthropoda > 50557 class Insecta > 7147 order Diptera > 7214 family Drosophilidae
 > 7215 genus Drosophila > 7227 species Drosophila melanogaster
CAEEL : 131567 no rank cellular organisms > 2759 domain Eukaryota > 33208 kingdom Metazoa
 > 6231 phylum Nematoda > 119089 class Chromadorea > 6236 order Rhabditida
 > 6243 family Rhabditidae > 6237 genus Caenorhabditis > 6239 species Caenorhabditis elegans
YEAST Baker's yeast: 131567 no rank cellular organisms > 2759 domain Eukaryota
 > 4751 kingdom Fungi > 4890 phylum Ascomycota > 4891 class Saccharomycetes
 > 4892 order Saccharomycetales > 4893 family Saccharomycetaceae > 4930 genus Saccharomyces
 > 4932 species Saccharomyces cerevisiae
 > 559292 strain Saccharomyces cerevisiae (strain ATCC 204508 / S288c)
ARATH Mouse-ear cress: 131567 no rank cellular organisms > 2759 domain Eukaryota
 > 33090 kingdom Viridiplantae > 35493 phylum Streptophyta > 3398 class Magnoliopsida
 > 3699 order Brassicales > 3700 family Brassicaceae > 3701 genus Arabidopsis
 > 3702 species Arabidopsis thaliana
ECOLI : 131567 no rank cellular organisms > 2 domain Bacteria > 3379134 kingdom Pseudomonadati
 > 1224 phylum Pseudomonadota > 1236 class Gammaproteobacteria > 91347 order Enterobacterales
 > 543 family Enterobacteriaceae > 561 genus Escherichia > 562 species Escherichia coli
 > 83333 strain Escherichia coli (strain K12)
BACSU : 131567 no rank cellular organisms > 2 domain Bacteria > 1783272 kingdom Bacillati
 > 1239 phylum Bacillota > 91061 class Bacilli > 1385 order Bacillales
 > 186817 family Bacillaceae > 1386 genus Bacillus > 1423 species Bacillus subtilis
 > 224308 strain Bacillus subtilis (strain 168)
METJA : 131567 no rank cellular organisms > 2157 domain Archaea
 > 28890 phylum Methanobacteriota > 183939 class Methanococci > 2182 order Methanococcales
 > 196118 family Methanocaldococcaceae > 196119 genus Methanocaldococcus
 > 2190 species Methanocaldococcus jannaschii
 > 243232 strain Methanocaldococcus jannaschii (strain DSM 2661)
PLAF7 : 131567 no rank cellular organisms > 2759 domain Eukaryota > 5794 phylum Apicomplexa
 > 422676 class Aconoidasida > 5819 order Haemosporida > 1639119 family Plasmodiidae
 > 5820 genus Plasmodium > 5833 species Plasmodium falciparum
 > 36329 strain Plasmodium falciparum (isolate 3D7)
SARS2 2019-nCoV: 10239 no rank Viruses > 2559587 realm Riboviria > 2732396 kingdom Orthornavirae
 > 2732408 phylum Pisuviricota > 2732506 class Pisoniviricetes > 76804 order Nidovirales
 > 11118 family Coronaviridae > 694002 genus Betacoronavirus
 > 2697049 no rank Severe acute respiratory syndrome coronavirus 2
HV1 HIV-1: 10239 no rank Viruses > 2559587 realm Riboviria > 2732397 kingdom Pararnavirae
 > 2732409 phylum Artverviricota > 2732514 class Revtraviricetes > 2169561 order Ortervirales
 > 11632 family Retroviridae > 11646 genus Lentivirus
 > 11676 species Human immunodeficiency virus type 1
9ZZZZ : 28384 no rank other entries > 81077 no rank artificial sequences
 > 32630 species synthetic construct
"""
_RANKS = ("no rank", "realm", "domain", "kingdom", "phylum", "class", "order", "family", "genus",
          "species", "strain")  # fmt: skip


@dataclass(frozen=True)
class Node:
    taxon: int
    rank: str
    name: str

    @classmethod
    def read(cls, text: str) -> "Node":
        taxon, rest = text.strip().split(" ", 1)
        rank = next(each for each in _RANKS if rest.startswith(f"{each} "))
        return cls(int(taxon), rank, rest.removeprefix(f"{rank} "))

    def brief(self) -> dict:
        return {"scientificName": self.name, "taxonId": self.taxon}


@dataclass(frozen=True)
class Organism:
    mnemonic: str
    common: str
    path: tuple[Node, ...]  # from the root to the organism

    @property
    def node(self) -> Node:
        return self.path[-1]

    def common_name(self) -> dict[str, str]:
        return {"commonName": self.common} if self.common else {}


@cache
def organisms() -> tuple[Organism, ...]:
    found = []
    for text in _ORGANISMS.replace("\n >", " >").strip().splitlines():
        head, lineage = text.split(": ", 1)
        mnemonic, common = head.split(" ", 1)
        path = tuple(Node.read(node) for node in lineage.split(" > "))
        found.append(Organism(mnemonic, common, path))
    return tuple(found)


def organism_of(accession: str) -> Organism:
    return choice(accession, "organism", organisms())
