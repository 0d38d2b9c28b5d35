"""What a remote source of annotations is to those who ask it."""

from collections.abc import Sequence
from itertools import batched

from protspace.data.annotations.retrievers.http_utils import PooledSession

#: What a source answers to one key: annotation -> cell.
Values = dict[str, str]


class SourceError(Exception):
    """A batch is lost, for the reason `str`; with `down` no other batch would fare better."""

    def __init__(self, reason: str, *, down: bool = False):
        super().__init__(reason)
        self.down = down


class Source:
    """One remote service, asked in the way of protspace's retriever."""

    name: str
    label: str
    url: str
    schema_version: int
    #: Keys in one request, and requests at a time.
    batch: int
    in_flight: int
    #: For so long it may give no answer at all.
    patience_seconds = 45

    @property
    def kept_as(self) -> str:
        """The source's name in the cache."""
        return self.name

    def batches(self, keys: Sequence[str]) -> list[list[str]]:
        """The keys of each request."""
        return [list(each) for each in batched(keys, self.batch)]

    def ask(self, session: PooledSession, keys: Sequence[str]) -> dict[str, Values]:
        """Answers by key; a key that the source does not know has empty cells.

        Once `session.stop` is set, nobody waits for the answer.

        Raises any error of `requests`, `SourceError`, or `ValueError` where an answer cannot be
        read.
        """
        raise NotImplementedError
