"""Biocentral's predictions from the sequence alone, as a source."""

from collections.abc import Mapping, Sequence

from protspace.data.annotations.retrievers.biocentral_retriever import (
    BiocentralPredictionRetriever,
)
from protspace.data.biocentral_connection import BIOCENTRAL_URL

from steps.annotators.remote.fetching import Values


class Predictions:
    """The predicted annotations `wanted`, by SHA-256 of the sequence in hex."""

    name, label, schema_version = "biocentral", "Biocentral predictions", 1
    url = BIOCENTRAL_URL
    batch, in_flight = 1000, 1

    def __init__(self, wanted: Sequence[str], sequences: Mapping[str, str]):
        self._wanted, self._sequences = list(wanted), sequences

    def ask(self, session: object, keys: Sequence[str]) -> dict[str, Values]:
        retriever = BiocentralPredictionRetriever(
            headers=list(keys),
            annotations=self._wanted,
            sequences={key: self._sequences[key] for key in keys},
        )
        found = retriever.fetch_annotations()
        if retriever.prediction_failed:
            raise ConnectionError("not all predictions were made")
        return {each.identifier: each.annotations for each in found}
