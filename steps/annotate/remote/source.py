"""The interface of a remote source of annotations."""

from collections.abc import Sequence
from itertools import batched

from protspace.data.annotations.retrievers.http_utils import PooledSession

#: Answer of a source to one key: annotation -> cell.
type Values = dict[str, str]


class SourceError(Exception):
    """A batch failed, for the reason `str`; with `down`, all other batches would fail, too."""

    def __init__(self, reason: str, *, down: bool = False) -> None:
        super().__init__(reason)
        self.down = down


class Source:
    """One remote service, asked as protspace's retriever asks it."""

    name: str
    label: str
    url: str
    #: Part of the cache key; a new one makes all cached answers stale.
    schema_version: int
    #: Keys in one request.
    batch: int
    #: Requests at a time.
    in_flight: int
    #: Seconds without any answer after which the source counts as down.
    patience_seconds = 45

    @property
    def cache_name(self) -> str:
        """The source's name in the cache."""
        return self.name

    def batches(self, keys: Sequence[str]) -> list[list[str]]:
        """Return the keys of each request."""
        return [list(each) for each in batched(keys, self.batch)]

    def ask(self, session: PooledSession, keys: Sequence[str]) -> dict[str, Values]:
        """Return answers by key; cells are empty for a key that the source does not know.

        Nobody waits for the answer once `session.stop` is set.

        Raises:
            SourceError: the source cannot answer this batch, or any.
            requests.RequestException: a request failed, after all tries.
            ValueError: the answer cannot be read.
        """
        raise NotImplementedError
