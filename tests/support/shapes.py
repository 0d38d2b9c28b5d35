"""Uploads in the shapes that real files have: headers of UniProt, bare identifiers, own tables."""

import random

RESIDUES = "ACDEFGHIKLMNPQRSTVWY"
FAMILIES = ("Kinase", "Protease", "Toxin", "Channel")
ORGANISMS = ("Homo sapiens", "Mus musculus", "Danio rerio")
MEMBERS = 60


def proteins(seed: int) -> list[tuple[str, str, str]]:
    """Return accession, family and sequence of each protein; families differ in composition.

    Lengths are skewed: one protein in forty is many times as long as the others.
    """
    rng = random.Random(seed)
    found = []
    for family in FAMILIES:
        weights = [rng.uniform(0.3, 2.5) for _ in RESIDUES]
        for member in range(MEMBERS):
            length = rng.randint(40, 90) * (15 if member % 40 == 7 else 1)
            accession = f"P{10_000 + len(found)}"
            found.append((accession, family, "".join(rng.choices(RESIDUES, weights, k=length))))
    return found


def with_headers(seed: int = 1) -> str:
    """Return FASTA with headers as UniProt writes them; species follow the families, roughly."""
    rng = random.Random(seed)
    records = []
    for place, (accession, family, sequence) in enumerate(proteins(seed)):
        likely = FAMILIES.index(family) % len(ORGANISMS)
        species = likely if rng.random() < 0.8 else rng.randrange(len(ORGANISMS))
        fields = f"OS={ORGANISMS[species]} OX={9606 + species} PE={1 + place % 5} SV=1"
        records.append(
            f">sp|{accession}|X{place}_TEST {family} of kind {place} {fields}\n{sequence}\n"
        )
    return "".join(records)


def bare(seed: int = 2) -> str:
    """Return FASTA with nothing but accessions in its headers."""
    return "".join(f">{accession}\n{sequence}\n" for accession, _, sequence in proteins(seed))


def table(seed: int = 2) -> str:
    """Return a table of the same proteins: a unique note, one batch for all, and the family."""
    rows = [f"{it[0]}\tnote {n}\tbatch 1\t{it[1]}" for n, it in enumerate(proteins(seed))]
    return "\n".join(["id\tnote\tbatch\tfamily", *rows, ""])
