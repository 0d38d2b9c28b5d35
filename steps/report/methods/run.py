"""What provenance.json says of a run, by step."""

from dataclasses import dataclass
from typing import Any

Report = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """The provenance of one data set.

    Of references that a run embeds, normalize and embed have reports too: they come after those of
    the data set.
    """

    provenance: dict[str, Any]

    def reports(self, step: str) -> list[Report]:
        """Return the reports of a step, in order."""
        return [each for each in self.provenance["steps"] if each["step"] == step]

    def report(self, step: str) -> Report | None:
        """Return the first report of a step, if it was run."""
        return next(iter(self.reports(step)), None)

    @property
    def embeddings(self) -> list[Report]:
        """Return the reports of embeddings of the data set."""
        return self.reports("embed")[: len(self.provenance["configuration"]["embedders"])]

    @property
    def referred(self) -> list[Report]:
        """Return the reports of embeddings of references."""
        return self.reports("embed")[len(self.embeddings) :]

    @property
    def projections(self) -> list[Report]:
        """Return the reports of projections of embeddings."""
        return self.reports("project")
