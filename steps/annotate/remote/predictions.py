"""Biocentral's predictions from the sequence alone, as a remote source.

The server is asked by `steps.biocentral`, with time limits; protspace formats the answers, and
knows how many sequences of which length a request may have.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from biocentral_api._generated import (
    BiocentralPredictionModel,
    Prediction,
    PredictionApi,
    PredictionRequest,
    TaskDTO,
)
from protspace.data.annotations.retrievers import biocentral_retriever as biocentral
from protspace.data.annotations.retrievers.http_utils import PooledSession

from steps.annotate.remote.source import Source, SourceError, Values
from steps.biocentral.http import Refused, Unavailable
from steps.biocentral.tasks import Job, Server, TaskLost

#: Key of a sequence -> its predictions, one of each model.
type Predicted = dict[str, list[Prediction]]

_LENGTHS = range(biocentral._MIN_SEQUENCE_LENGTH, biocentral._MAX_SEQUENCE_LENGTH + 1)


class Predictions(Source):
    """The predicted annotations `wanted` of the server at `url`.

    The keys are those of `sequences`. The server sees them, so they should be digests and not
    the identifiers of a user.
    """

    name, label, schema_version = "biocentral", "Biocentral predictions", 1
    in_flight = 1
    #: A batch may wait for those of other users.
    patience_seconds = 1800

    def __init__(self, url: str, wanted: Sequence[str], sequences: Mapping[str, str]) -> None:
        self.url, self._wanted, self._sequences = url, list(wanted), sequences
        self._server: Server | None = None

    @property
    def cache_name(self) -> str:
        """The source's name in the cache: another server may have other models."""
        return f"{self.name} {self.url}"

    def batches(self, keys: Sequence[str]) -> list[list[str]]:
        """Return batches of at most 1,000 sequences and 200,000 residues; a longer one is alone."""
        sequences = {key: self._sequences[key] for key in keys}
        found = biocentral.BiocentralPredictionRetriever._batches(sequences)
        return [list(batch) for batch in found]

    def ask(self, session: PooledSession, keys: Sequence[str]) -> dict[str, Values]:
        """Return cells by key; they are empty for lengths that no server predicts.

        Keys that the server gave no prediction for are left out.

        Raises:
            SourceError: the server is down, or refuses or fails this batch.
        """
        sent = {key: self._sequences[key] for key in keys if len(self._sequences[key]) in _LENGTHS}
        predictions, refused = self._predict(session, sent) if sent else ({}, set())
        cells = self._cells(keys, predictions)
        due = sent.keys() - refused
        return {
            key: values for key, values in cells.items() if key not in due or any(values.values())
        }

    def _predict(
        self, session: PooledSession, sequences: dict[str, str]
    ) -> tuple[Predicted, set[str]]:
        with _source_errors(self.url):
            if self._server is None:
                server = Server(self.url, session.stop)
                server.check()
                self._server = server
            return _predict_accepted(self._server, self._wanted, sequences)

    def _cells(self, keys: Sequence[str], predictions: Predicted) -> dict[str, Values]:
        sequences = {key: self._sequences[key] for key in keys}
        retriever = biocentral.BiocentralPredictionRetriever(list(keys), self._wanted, sequences)
        extract = retriever._extract_annotation
        return {
            key: {name: extract(name, key, predictions) for name in self._wanted} for key in keys
        }


@contextmanager
def _source_errors(url: str) -> Iterator[None]:
    """Raise errors of the server at `url` as `SourceError`."""
    try:
        yield
    except Unavailable as reason:
        raise SourceError(f"{url} {reason}", down=True) from None
    except Refused as reason:
        raise SourceError(f"{url} refuses the request: {reason}") from None
    except TaskLost as reason:
        raise SourceError(f"{url}: {reason}") from None


def _predict_accepted(
    server: Server, wanted: Sequence[str], sequences: dict[str, str]
) -> tuple[Predicted, set[str]]:
    """Return predictions by key, and the keys of sequences that the server refuses."""
    refused: set[str] = set()
    while left := {key: text for key, text in sequences.items() if key not in refused}:
        try:
            return server.run(_job(wanted, left)), refused
        except Refused as reason:
            # Its limits are not those that protspace knows; it names one sequence at a time.
            named = set(biocentral._REFUSED_SEQUENCE.findall(str(reason))) & left.keys()
            if not named or len(refused) >= biocentral._MAX_REFUSAL_RESENDS:
                raise
            refused |= named
    return {}, refused


def _job(wanted: Sequence[str], sequences: dict[str, str]) -> Job[Predicted]:
    names = sorted({biocentral._PREDICTION_MODELS[each] for each in wanted})
    models = [BiocentralPredictionModel[name] for name in names]
    return Job(
        "prediction",
        lambda client: PredictionApi(client).predict_api_v1_prediction_service_predict_post,
        PredictionRequest(model_names=models, sequence_input=sequences),
        _predictions,
    )


def _predictions(news: TaskDTO) -> Predicted:
    if not news.predictions:
        raise TaskLost("the task gave no predictions")
    return news.predictions
