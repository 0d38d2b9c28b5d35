"""Limits on what is retrieved from UniProt, checked before the download."""

from typing import NamedTuple

from steps.errors import StepError
from steps.retrieve.search import Get, count


class Most(NamedTuple):
    """How many proteins may be retrieved, if there is a limit, and the name of that limit."""

    proteins: int | None = None
    key: str = ""


def check_hits(query: str, found: int, most: Most) -> None:
    """Check the number of proteins that a query finds.

    Raises:
        StepError: NO_PROTEINS_FOUND, TOO_MANY_SEQUENCES.
    """
    if found == 0:
        raise StepError(
            "NO_PROTEINS_FOUND",
            f"UniProt has no protein for the query {query!r}. Check it at "
            "https://www.uniprot.org, e.g. with fewer conditions.",
        )
    if most.proteins is not None and found > most.proteins:
        raise StepError(
            "TOO_MANY_SEQUENCES",
            f"UniProt has {found:,} proteins for the query {query!r}; at most {most.proteins:,} "
            f"are retrieved ({most.key}). Narrow it, e.g. by AND (reviewed:true).",
        )


def check_listed(found: int, most: Most) -> None:
    """Check the number of accessions in a list.

    Raises:
        StepError: TOO_MANY_SEQUENCES.
    """
    if most.proteins is not None and found > most.proteins:
        raise StepError(
            "TOO_MANY_SEQUENCES",
            f"The list has {found:,} accessions; at most {most.proteins:,} are retrieved "
            f"({most.key}). Shorten it.",
        )


def check_enough(found: int, least: int) -> None:
    """Check that there are as many proteins as a projection needs.

    Raises:
        StepError: TOO_FEW_SEQUENCES.
    """
    if found < least:
        raise StepError(
            "TOO_FEW_SEQUENCES",
            f"There are {found:,} proteins; at least {least:,} are needed for a projection.",
        )


def check_lengths(query: str, most: int, get: Get) -> None:
    """Check that a query finds no protein of more than `most` residues.

    Raises:
        StepError: SEQUENCE_TOO_LONG; and those of `count`.
    """
    longer = count(f"({query}) AND (length:[{most + 1} TO *])", get)
    if longer:
        raise StepError(
            "SEQUENCE_TOO_LONG",
            f"{longer:,} of the proteins have more than {most:,} residues, which is the limit "
            f"here. Add AND (length:[1 TO {most}]) to the query.",
        )
