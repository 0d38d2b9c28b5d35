"""The cache that `open_cache` opens."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import batched
from typing import Self

from steps.cache import entries
from steps.cache.aside import remove
from steps.cache.claims import Claims
from steps.cache.database import Database
from steps.cache.entries import (
    Annotation,
    Embedding,
    Space,
    decode_annotation,
    decode_embedding,
    encode_annotation,
    encode_embedding,
    look_up,
)
from steps.cache.eviction import Pruned, is_due, prune
from steps.cache.holdings import Holding, embeddings, holdings, revisions
from steps.cache.revisions import IMPORTED
from steps.cli import FOR_OPERATOR
from steps.errors import StepError

log = logging.getLogger("steps")

#: Name and SHA-256 of a file.
type File = dict[str, str]
#: Key of the list of files of a model's imports.
_FILES = b"files"


class Cache:
    """Embeddings and annotations, shared by all processes that open the same database.

    A context manager. Threads may share a cache. Every method raises StepError
    (CACHE_UNAVAILABLE) when the database fails.
    """

    def __init__(
        self,
        database: Database,
        *,
        max_age: float | None = None,
        max_bytes: float | None = None,
        private: bool = False,
    ):
        """`max_age` in seconds; `private` for a file that is this caller's alone."""
        self._database, self._private = database, private
        self._max_age, self._max_bytes = max_age, max_bytes
        self._claims = Claims(database)
        self._written = self._closed = False

    def embeddings(
        self, model: str, revision: str, digests: Sequence[bytes]
    ) -> dict[bytes, Embedding]:
        """Return the embeddings of these digests; without those expired or damaged."""
        space = _embeddings(model, revision)
        age = None if revision == IMPORTED else self._max_age
        return look_up(self._database, space, digests, age, decode_embedding)

    def add_embeddings(self, model: str, revision: str, new: Mapping[bytes, Embedding]) -> None:
        """Write these embeddings and release the claims on them, all or nothing."""
        space = _embeddings(model, revision)
        with self._database.writing() as connection:
            entries.write(connection, space, new, encode_embedding)
            self._claims.drop(connection, model, revision, list(new))
        self._written = True

    def claim(self, model: str, revision: str, digests: Sequence[bytes]) -> set[bytes]:
        """Claim digests to compute; return those that no other gets until they are released.

        The rest is in the cache already, or another living process is computing it.
        """
        mine: set[bytes] = set()
        for portion in batched(dict.fromkeys(digests), entries.PORTION):
            mine |= self._claim(model, revision, portion)
        return mine

    def _claim(self, model: str, revision: str, digests: Sequence[bytes]) -> set[bytes]:
        with self._database.writing() as connection:
            space = _embeddings(model, revision)
            found = entries.read(connection, space, digests, self._max_age, decode_embedding)
            missing = [digest for digest in digests if digest not in found.values]
            return self._claims.take(connection, model, revision, missing) if missing else set()

    def release(self) -> None:
        """Release all claims."""
        self._claims.release()

    def annotations(
        self,
        source: str,
        schema_version: int,
        accessions: Sequence[str],
        not_before: date | None = None,
    ) -> dict[str, tuple[Annotation, date]]:
        """Return annotations and the day each was fetched; without those of before `not_before`."""
        keys = [accession.encode() for accession in accessions]
        space = _annotations(source, schema_version)
        found = look_up(self._database, space, keys, self._max_age, decode_annotation)
        return {
            key.decode(): (value, day)
            for key, (value, day) in found.items()
            if not_before is None or day >= not_before
        }

    def add_annotations(
        self, source: str, schema_version: int, values: Mapping[str, Annotation], day: date
    ) -> None:
        """Write these annotations, fetched on `day`, all or nothing."""
        rows = {accession.encode(): value for accession, value in values.items()}
        space, encode = _annotations(source, schema_version), partial(encode_annotation, day=day)
        with self._database.writing() as connection:
            entries.write(connection, space, rows, encode)
        self._written = True

    def imports(self, model: str) -> list[File]:
        """Return the files from which embeddings of a model were imported, the first one first."""
        found = look_up(self._database, _imports(model), [_FILES], None, decode_annotation)
        return [*found[_FILES][0]["files"]] if found else []

    def add_import(self, model: str, file: File, day: date) -> None:
        """Record a file from which embeddings of a model are imported, once."""
        files = self.imports(model)
        if file not in files:
            row, encode = {_FILES: {"files": [*files, file]}}, partial(encode_annotation, day=day)
            with self._database.writing() as connection:
                entries.write(connection, _imports(model), row, encode)

    def revisions(self, model: str) -> list[str]:
        """Return the revisions of a model's embeddings."""
        return revisions(self._database, model)

    def prune(self) -> Pruned:
        """Remove expired entries, then least recently used ones until the bound holds."""
        return prune(self._database, self._max_age, self._max_bytes)

    def _prune_if_due(self) -> None:
        """Prune after writing; and once a day, so that entries that are only read expire, too."""
        bounded = self._max_age is not None or self._max_bytes is not None
        if bounded and (self._written or is_due(self._database)):
            self.prune()

    def info(self) -> list[Holding]:
        """Return the contents by kind, model or source, and revision or schema version."""
        return holdings(self._database)

    def all_embeddings(self, model: str, revision: str) -> Iterator[tuple[bytes, Embedding]]:
        """Yield (digest, embedding) of all undamaged entries, in the order of the digests."""
        return embeddings(self._database, _embeddings(model, revision))

    def discard(self) -> None:
        """Close the cache, and remove its file if it is private."""
        self.close()
        if self._private and self._database.path:
            remove(self._database.path)

    def close(self) -> None:
        """Finish and disconnect.

        What was added is safe already, so a failure here is a warning and no error.
        """
        try:
            self.finish()
        except StepError as error:
            log.warning("%s", error.message, extra=FOR_OPERATOR)
        self.abandon()

    def finish(self) -> None:
        """Release all claims, and prune if that is due."""
        if not self._closed:
            self.release()
            self._prune_if_due()

    def abandon(self) -> None:
        """Disconnect and do nothing else; claims end with their lease."""
        self._closed = True
        self._claims.abandon()
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _embeddings(model: str, revision: str) -> Space:
    return Space("embedding", model, revision)


def _imports(model: str) -> Space:
    return Space("import", model, IMPORTED)


def _annotations(source: str, schema_version: int) -> Space:
    return Space("annotation", source, str(schema_version))
