"""Predictions of the fake Biocentral server: letters that depend on the sequence alone."""

import hashlib
from typing import Any, Literal

from pydantic import BaseModel, Field, field_validator

SHORTEST, LONGEST = 7, 5000
#: Model -> name of the prediction, and the protocol that its kind has at the true server.
_MODELS = {
    "LightAttentionSubcellularLocalization": ("subcellular_localization", "residues_to_class"),
    "LightAttentionMembrane": ("membrane", "residues_to_class"),
    "TMbed": ("trans_membrane", "residue_to_class"),
}
_LOCATIONS = (
    *("Cell_membrane", "Cytoplasm", "Endoplasmatic_reticulum", "Golgi_apparatus"),
    *("Lysosome_or_Vacuole", "Mitochondrion", "Nucleus", "Peroxisome", "Plastid", "Extracellular"),
)
#: Repeated over the sequence: soluble, helices, strands, both.
_TOPOLOGIES = ("i", "iiHHHoohhh", "ooBBiibbb", "iHoB")
_SIGNAL = "SSSSS"


class PredictionRequest(BaseModel):
    """The body of a submission; what pydantic says of a bad one is what FastAPI would say."""

    model_names: list[Literal[tuple(_MODELS)]] = Field(min_length=1)
    sequence_input: dict[str, str] = Field(min_length=1)

    @field_validator("sequence_input")
    @classmethod
    def _lengths(cls, sequences: dict[str, str]) -> dict[str, str]:
        limits = f"min_seq_length={SHORTEST}, max_seq_length={LONGEST}"
        for key, sequence in sequences.items():
            if not SHORTEST <= len(sequence) <= LONGEST:
                odd = "short" if len(sequence) < SHORTEST else "long"
                raise ValueError(f"{key} is too {odd}, {limits}")
        return sequences

    @property
    def sequences(self) -> list[str]:
        return list(self.sequence_input.values())

    def progress(self, current: int) -> dict[str, Any]:
        """The true server tells no numbers of these tasks."""
        return {}

    def result(self, fault: str | None) -> dict[str, Any]:
        """The predictions by the keys of the request."""
        kept = list(self.sequence_input.items())[: -3 if fault == "short" else None]
        return {
            "predictions": {
                key: [self._answer(model, sequence, fault) for model in self.model_names]
                for key, sequence in kept
            }
        }

    def _answer(self, model: str, sequence: str, fault: str | None) -> dict[str, Any]:
        name, protocol = _MODELS[model]
        value = prediction(model, sequence)
        if fault == "garbage":
            value = "?" * len(sequence) if model == "TMbed" else None
        answer = {"model_name": model, "prediction_name": name, "protocol": protocol}
        return answer | {"value": value, "value_lower": None, "value_upper": None}


def prediction(model: str, sequence: str) -> str:
    """A class of the protein, or with TMbed one letter for each residue."""
    chance = hashlib.sha256(f"{model} {sequence}".encode()).digest()
    if model == "LightAttentionMembrane":
        return ("Membrane", "Soluble")[chance[0] % 2]
    if model != "TMbed":
        return _LOCATIONS[chance[0] % len(_LOCATIONS)]
    topology = _TOPOLOGIES[chance[0] % len(_TOPOLOGIES)] * len(sequence)
    return ((_SIGNAL if chance[1] % 2 else "") + topology)[: len(sequence)]
