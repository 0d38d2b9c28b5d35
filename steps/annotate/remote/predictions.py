"""Biocentral's predictions from the sequence alone, as a source.

The server is asked like the one that embeds, with time limits; what its answers mean as cells, and
how much it takes at a time, is protspace's to say.
"""

from collections.abc import Mapping, Sequence

from protspace.data.annotations.retrievers import biocentral_retriever as biocentral
from protspace.data.annotations.retrievers.http_utils import PooledSession

from steps.annotate.remote.source import Source, Values

_LENGTHS = range(biocentral._MIN_SEQUENCE_LENGTH, biocentral._MAX_SEQUENCE_LENGTH + 1)


class Predictions(Source):
    """The predicted annotations `wanted` of the server at `url`.

    The keys are those of `sequences`. The server sees them as names of the sequences, so they
    should be digests and not what a user calls a protein.
    """

    name, label, schema_version = "biocentral", "Biocentral predictions", 1
    in_flight = 1
    #: A batch may wait for those of other users.
    patience_seconds = 1800

    def __init__(self, url: str, wanted: Sequence[str], sequences: Mapping[str, str]):
        self.url, self._wanted, self._sequences = url, list(wanted), sequences
        self._server = None

    @property
    def kept_as(self) -> str:
        """Another server may have other models under the same names."""
        return f"{self.name} {self.url}"

    def batches(self, keys: Sequence[str]) -> list[list[str]]:
        """At most 1,000 sequences and 200,000 residues each; a longer sequence is alone."""
        sequences = {key: self._sequences[key] for key in keys}
        found = biocentral.BiocentralPredictionRetriever._batches(sequences)
        return [list(batch) for batch in found]

    def ask(self, session: PooledSession, keys: Sequence[str]) -> dict[str, Values]:
        """Cells by key, empty for lengths that no server predicts.

        Keys that the server gave nothing for are left out.

        Raises:
            SourceError: the server cannot be used, refuses the batch or cannot do it.
        """
        sent = {key: self._sequences[key] for key in keys if len(self._sequences[key]) in _LENGTHS}
        predictions, refused = self._predict(session, sent) if sent else ({}, set())
        cells = self._cells(keys, predictions)
        due = sent.keys() - refused
        return {
            key: values for key, values in cells.items() if key not in due or any(values.values())
        }

    def _predict(self, session: PooledSession, sequences: Mapping[str, str]) -> tuple[dict, set]:
        # The client library takes a second to load; a run without predictions needs none of it.
        from steps.annotate.remote.prediction_server import PredictionServer

        if self._server is None:
            server = PredictionServer(self.url, session.stop)
            server.check()
            self._server = server
        return self._server.predict(self._wanted, sequences)

    def _cells(self, keys: Sequence[str], predictions: dict) -> dict[str, Values]:
        sequences = {key: self._sequences[key] for key in keys}
        retriever = biocentral.BiocentralPredictionRetriever(list(keys), self._wanted, sequences)
        extract = retriever._extract_annotation
        return {
            key: {name: extract(name, key, predictions) for name in self._wanted} for key in keys
        }
