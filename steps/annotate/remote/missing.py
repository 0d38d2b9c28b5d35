"""What the remote sources gave and could not give, said where people and programs look."""

from dataclasses import asdict, dataclass, field
from typing import Self

from steps import cli
from steps.annotate.remote.columns import Curated
from steps.errors import StepError


@dataclass
class Gap:
    """One source: answers from the cache, answers asked for, and proteins that have none."""

    label: str
    stored: int = 0
    asked: int = 0
    lost: list[str] = field(default_factory=list)
    reason: str = ""


@dataclass
class Gaps:
    """All sources of `proteins` proteins; `unnamed` are files of names, and what lacks them."""

    proteins: int = 0
    sources: dict[str, Gap] = field(default_factory=dict)
    unnamed: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, curated: Curated) -> Self:
        sources = {
            name: Gap(each.label, each.stored, each.asked, curated.not_fetched(name), each.reason)
            for name, each in curated.outcomes.items()
        }
        unnamed = {each.label: sorted(each.annotations) for each in curated.unnamed}
        return cls(len(curated.proteins), sources, unnamed)

    @classmethod
    def from_dict(cls, values: dict) -> Self:
        """The inverse of `asdict`."""
        sources = {name: Gap(**each) for name, each in values["sources"].items()}
        return cls(values["proteins"], sources, values["unnamed"])

    as_dict = asdict

    def add(self, other: Self) -> None:
        """Count those of other proteins too."""
        self.proteins += other.proteins
        self.unnamed |= other.unnamed
        for name, gap in other.sources.items():
            mine = self.sources.setdefault(name, Gap(gap.label))
            mine.stored += gap.stored
            mine.asked += gap.asked
            mine.lost += gap.lost
            mine.reason = mine.reason or gap.reason

    @property
    def missing(self) -> list[str]:
        """Labels of what did not answer."""
        return [gap.label for gap in self.sources.values() if gap.lost] + list(self.unnamed)

    def tell(self, report: cli.Report, strict: bool) -> None:
        """Say it in the report and the log.

        Raises:
            StepError: ANNOTATIONS_INCOMPLETE if `strict` and something is missing.
        """
        report.parameters["sources"] = {n: self._summary(gap) for n, gap in self.sources.items()}
        for text in self._sentences():
            if strict:
                raise StepError("ANNOTATIONS_INCOMPLETE", text)
            cli.log.warning(text)

    def _summary(self, gap: Gap) -> dict:
        """Empty because absent and empty because not fetched, told apart."""
        named = "all" if len(gap.lost) == self.proteins else gap.lost
        counts = {"stored": gap.stored, "asked": gap.asked, "not_fetched": len(gap.lost)}
        if not gap.lost:
            return counts
        return counts | {"not_fetched_proteins": named, "reason": gap.reason}

    def _sentences(self) -> list[str]:
        lost = [
            f"{gap.label}: {len(gap.lost)} of {self.proteins} proteins have no values of it "
            f"({gap.reason or 'no answer for them'}). Make the annotations again to fetch them."
            for gap in self.sources.values()
            if gap.lost
        ]
        bare = [
            f"The {label} cannot be fetched: {', '.join(columns)} have bare codes, or nothing."
            for label, columns in self.unnamed.items()
        ]
        return lost + bare
