"""Predictions of a Biocentral server, and what is said of it when there are none."""

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

from steps.annotate.remote.source import SourceError
from steps.biocentral.http import Refused, Unavailable
from steps.biocentral.tasks import Job, Server, TaskLost

Predicted = dict[str, list[Prediction]]


class PredictionServer(Server):
    """A server that predicts; its faults are those of a source."""

    def check(self) -> None:
        """As for any server.

        Raises:
            SourceError: it is down.
        """
        with self._told():
            super().check()

    def predict(
        self, annotations: Sequence[str], sequences: Mapping[str, str]
    ) -> tuple[Predicted, set[str]]:
        """Predictions by the keys of `sequences`, and the keys refused for their length.

        Raises:
            SourceError: down, or only these sequences refused or predicted in vain.
        """
        with self._told():
            return self._predict(_models(annotations), dict(sequences))

    def _predict(
        self, models: list[BiocentralPredictionModel], left: dict[str, str]
    ) -> tuple[Predicted, set[str]]:
        refused: set[str] = set()
        while left:
            try:
                return self.run(_job(models, left)), refused
            except Refused as reason:
                # Its limits are not those that protspace knows; it names one sequence at a time.
                named = set(biocentral._REFUSED_SEQUENCE.findall(str(reason))) & left.keys()
                if not named or len(refused) >= biocentral._MAX_REFUSAL_RESENDS:
                    raise
                refused |= named
                left = {key: sequence for key, sequence in left.items() if key not in named}
        return {}, refused

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except Unavailable as reason:
            raise SourceError(f"{self.url} {reason}", down=True) from None
        except Refused as reason:
            raise SourceError(f"{self.url} refuses the request: {reason}") from None
        except TaskLost as reason:
            raise SourceError(f"{self.url}: {reason}") from None


def _models(annotations: Sequence[str]) -> list[BiocentralPredictionModel]:
    names = sorted({biocentral._PREDICTION_MODELS[each] for each in annotations})
    return [BiocentralPredictionModel[name] for name in names]


def _job(models: list[BiocentralPredictionModel], sequences: dict[str, str]) -> Job[Predicted]:
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
