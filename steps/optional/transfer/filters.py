"""Choose proteins by filters: the beginning of an identifier, or `column~text`.

As in protspace, a protein is chosen that fits any of the filters, text is looked for in any case,
and without filters all are.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from protspace.analysis.classification import Rule, classify

from steps.errors import StepError, did_you_mean
from steps.optional.transfer.proteins import Mask, Proteins


def chosen(proteins: Proteins, filters: Sequence[str], key: str) -> Proteins:
    """Return the proteins of which those take part that fit.

    Args:
        proteins: those with an embedding are looked at.
        filters: values of the key.
        key: name of the key, for messages.

    Raises:
        StepError: INVALID_CONFIG, where a column is unknown, or none fits.
    """
    return replace(proteins, chosen=_fitting(proteins, filters, key)) if filters else proteins


def disjoint(
    queries: Proteins, references: Proteins, filters: tuple[Sequence[str], Sequence[str]]
) -> tuple[Proteins, Proteins]:
    """Return queries and references, chosen by filters, of one set of proteins.

    With filters for both, a protein that fits both is a query, as in protspace.

    Raises:
        StepError: see `chosen`.
    """
    queries = chosen(queries, filters[0], "transfer_queries")
    references = chosen(references, filters[1], "transfer_references")
    if all(filters):
        others = references.chosen & ~queries.chosen
        if not others.any():
            raise _invalid(
                "transfer_references",
                "all proteins that fit it fit 'transfer_queries', too, and count as queries. "
                "Narrow that one.",
            )
        references = replace(references, chosen=others)
    return queries, references


def _fitting(proteins: Proteins, filters: Sequence[str], key: str) -> Mask:
    rule = _rule(filters)
    there = proteins.annotations.column_names
    for column, _ in rule.where:
        if column not in there:
            raise _invalid(
                key,
                f"there is no annotation '{column}'.{did_you_mean(column, there)} There are: "
                f"{', '.join(there)}.",
            )
    rows = np.flatnonzero(proteins.place >= 0)
    mask = np.zeros(len(proteins.place), dtype=bool)
    try:
        found, _ = classify(proteins.annotations.take(rows), rule, Rule())
    except ValueError:
        raise _invalid(
            key,
            f"none of {len(rows):,} proteins fits {' or '.join(map(repr, filters))}. Write the "
            "beginning of an identifier, or column~text.",
        ) from None
    mask[rows[found]] = True
    return mask


def _rule(filters: Sequence[str]) -> Rule:
    parts = [text.partition("~") for text in filters]
    where = [(column, text) for column, sign, text in parts if sign]
    return Rule([prefix for prefix, sign, _ in parts if not sign], where)


def _invalid(key: str, message: str) -> StepError:
    return StepError("INVALID_CONFIG", f"Key '{key}': {message}")
