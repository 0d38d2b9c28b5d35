"""Write families.fasta and families.tsv: simulated families, the same on every machine.

Each family descends from a random ancestor with a residue composition of its own, along a random
tree, by substitutions and small insertions and deletions. Names, organisms and accessions are
invented; only the style of the headers is UniProt's.
"""

import random
from collections.abc import Iterator
from pathlib import Path

RESIDUES = "ACDEFGHIKLMNPQRSTVWY"
# Frequent in proteins: A G L S V E; rare: C H M W.
BACKGROUND = [8, 2, 5, 6, 4, 7, 2, 6, 6, 9, 2, 4, 5, 4, 5, 7, 6, 7, 1, 3]
FAMILIES = {
    "Simulated kinase": ("SKIN", 280),
    "Simulated protease": ("SPRO", 230),
    "Simulated toxin": ("STOX", 70),
    "Simulated channel": ("SCHN", 340),
    "Simulated globin": ("SGLO", 145),
    "Simulated antifreeze protein": ("SAFP", 90),
}
ORGANISMS = ("Exemplum album", "Exemplum nigrum", "Fictor marinus", "Fictor montanus")
MEMBERS = 40


def ancestor(rng: random.Random, length: int) -> tuple[str, list[float]]:
    weights = [frequency * rng.uniform(0.3, 1.9) for frequency in BACKGROUND]
    return "M" + "".join(rng.choices(RESIDUES, weights, k=length - 1)), weights


def descendant(rng: random.Random, parent: str, weights: list[float]) -> str:
    child = []
    for residue in parent[1:]:
        event = rng.random()
        if event < 0.01:
            continue
        child.append(rng.choices(RESIDUES, weights)[0] if event < 0.09 else residue)
        if event > 0.99:
            child.extend(rng.choices(RESIDUES, weights, k=rng.randint(1, 4)))
    return "M" + "".join(child)


def family(rng: random.Random, length: int) -> list[str]:
    first, weights = ancestor(rng, length)
    members = [first]
    while len(members) < MEMBERS:
        members.append(descendant(rng, rng.choice(members), weights))
    return members


def records(rng: random.Random) -> Iterator[tuple[str, str, str]]:
    """(accession, family, FASTA record) of each protein."""
    number = 0
    for name, (gene, length) in FAMILIES.items():
        for position, sequence in enumerate(family(rng, length), start=1):
            number += 1
            organism = rng.choice(ORGANISMS)
            accession = f"SIM{number:04d}"
            header = (
                f"sp|{accession}|{gene}{position}_SIMUL {name} {position} OS={organism} "
                f"GN={gene}{position} PE={rng.choice((1, 2, 3))} SV=1"
            )
            yield accession, name, f">{header}\n{sequence}\n"


def main() -> None:
    proteins = list(records(random.Random(20261123)))
    folder = Path(__file__).parent
    rows = (f"{accession}\t{name}\n" for accession, name, _ in proteins)
    (folder / "families.tsv").write_text("identifier\tfamily\n" + "".join(rows))
    (folder / "families.fasta").write_text("".join(record for _, _, record in proteins))


if __name__ == "__main__":
    main()
