"""Missing annotations: which proteins a remote source gave no answer for, and why."""

from dataclasses import asdict, dataclass, field
from typing import Any, Self

from steps import cli
from steps.errors import StepError


@dataclass
class SourceCounts:
    """One source: number of answers from the cache and requested, and proteins without one.

    `days` are the first and the last on which it gave these answers (ISO 8601), if any.
    """

    label: str
    stored: int = 0
    asked: int = 0
    lost: list[str] = field(default_factory=list)
    reason: str = ""
    days: list[str] = field(default_factory=list)


@dataclass
class MissingAnnotations:
    """Counts of all sources that were asked for the annotations of some proteins.

    Attributes:
        proteins: number of proteins.
        sources: name of a source -> its counts.
        unnamed: label of a file of code names that is not there -> annotations that need it.
    """

    proteins: int = 0
    sources: dict[str, SourceCounts] = field(default_factory=dict)
    unnamed: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Return the object that `as_dict` gave these values of."""
        sources = {name: SourceCounts(**counts) for name, counts in values["sources"].items()}
        return cls(values["proteins"], sources, values["unnamed"])

    def as_dict(self) -> dict[str, Any]:
        """Return JSON-ready values; shards keep them in their files."""
        return asdict(self)

    def add(self, other: Self) -> None:
        """Add the counts of other proteins."""
        self.proteins += other.proteins
        self.unnamed |= other.unnamed
        for name, theirs in other.sources.items():
            ours = self.sources.setdefault(name, SourceCounts(theirs.label))
            ours.stored += theirs.stored
            ours.asked += theirs.asked
            ours.lost += theirs.lost
            ours.reason = ours.reason or theirs.reason
            ours.days = ends(ours.days + theirs.days)

    @property
    def labels(self) -> list[str]:
        """Labels of sources and files of code names that did not answer."""
        return [each.label for each in self.sources.values() if each.lost] + list(self.unnamed)

    def report(self, report: cli.Report, *, strict: bool, rule: str) -> None:
        """Write the counts into the report of the step, and log a warning for each source.

        Args:
            report: the report of the step.
            strict: fail instead of warning.
            rule: rule of the workflow that has to run again for what is missing.

        Raises:
            StepError: ANNOTATIONS_INCOMPLETE, if `strict` and something is missing.
        """
        report.parameters["sources"] = {
            name: self._summary(counts) for name, counts in self.sources.items()
        }
        report.parameters["days"] = {
            name: counts.days for name, counts in self.sources.items() if counts.days
        }
        for sentence in self._sentences(rule):
            if strict:
                raise StepError("ANNOTATIONS_INCOMPLETE", sentence)
            cli.log.warning(sentence)

    def _summary(self, counts: SourceCounts) -> dict[str, object]:
        """Return what the report says: an empty cell of any other protein has no annotation."""
        numbers = {"stored": counts.stored, "asked": counts.asked, "not_fetched": len(counts.lost)}
        if not counts.lost:
            return {**numbers}
        lost = "all" if len(counts.lost) == self.proteins else counts.lost
        return {**numbers, "not_fetched_proteins": lost, "reason": counts.reason}

    def _sentences(self, rule: str) -> list[str]:
        lost = [
            f"No {_content(each.label)} for {len(each.lost)} of {self.proteins} proteins "
            f"({each.reason or 'no answer'}). Rerun with `--forcerun {rule}`."
            for each in self.sources.values()
            if each.lost
        ]
        bare = [
            f"The {label} cannot be fetched: bare codes or no values in {', '.join(columns)}. "
            f"Rerun with `--forcerun {rule}`."
            for label, columns in self.unnamed.items()
        ]
        return lost + bare


def ends(days: list[str]) -> list[str]:
    """Return the first and the last of some days; none of none."""
    return [min(days), max(days)] if days else []


def _content(label: str) -> str:
    return label if label.endswith("predictions") else f"{label} annotations"
