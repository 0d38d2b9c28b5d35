"""How the result of a run was made, as the pipeline reports it; what the gateway reads of it."""

from typing import Any

from pydantic import BaseModel, Field

from gateway.runs.stored import Stored


class StepReport(BaseModel):
    """A step: its name, its seconds, and what it counted."""

    step: str
    seconds: float
    counts: dict[str, Any] = Field(default_factory=dict)


class Provenance(Stored):
    """The report of a run; empty where it did not get that far."""

    input: dict[str, Any] = Field(default_factory=dict)
    configuration: dict[str, Any] = Field(default_factory=dict)
    versions: dict[str, Any] = Field(default_factory=dict)
    steps: list[StepReport] = Field(default_factory=list)
    warnings: list[str] = Field(default_factory=list)
