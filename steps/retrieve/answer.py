"""What UniProt has for a query or a list of accessions."""

from collections.abc import Callable
from dataclasses import dataclass, field

from steps.annotate.remote.source import Values
from steps.errors import StepError

#: Called with the number of proteins; returns what is called as they arrive.
type Progress = Callable[[int], Callable[[int], None]]


@dataclass
class Answer:
    """Proteins, each once and in order, and what became of accessions that are none of them.

    Attributes:
        proteins: entries as `steps.retrieve.entries` has them.
        stored: number of those that were cached.
        merged: accession -> that of the entry into which it was merged.
        gone: accession -> the end of a sentence on it.
    """

    proteins: list[Values] = field(default_factory=list)
    stored: int = 0
    merged: dict[str, str] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)

    def check(self, asked: int) -> None:
        """Check that there is any protein; `asked` accessions or hits have become none.

        Raises:
            StepError: NO_PROTEINS_FOUND.
        """
        if self.proteins:
            return
        accession, what = next(iter(self.gone.items()))
        raise StepError(
            "NO_PROTEINS_FOUND",
            f"None of the {asked:,} accessions has an entry in UniProt: {accession} {what}.",
        )


def no_progress(proteins: int) -> Callable[[int], None]:
    """Report no progress."""
    return lambda done: None


def offline(what: str) -> StepError:
    """Return the error for what is not in the cache, where no request is allowed."""
    return StepError(
        "OFFLINE",
        f"'offline: true' allows no request, and the cache has no answer of UniProt to {what}. "
        "Run once with offline: false, or give a FASTA file.",
    )
