"""What is said of a data set at the end: what became of its proteins, and where its results are."""

import json
import re
from pathlib import Path
from typing import Any

from steps.report.methods.proteins import changes

#: How a warning ends that a step of ours can be asked again for.
_REMEDY = re.compile(r" Rerun with `(--forcerun \w+)`\.$")
_VIEWER = "https://protspace.app/explore"

Report = dict[str, Any]


class Summary:
    """The results of one data set, as far as there are any; `folder` is results/<dataset>."""

    def __init__(self, folder: Path) -> None:
        self.name, self.folder = folder.name, folder.absolute()
        found = (_read(path) for path in sorted((folder / "reports").glob("*.json")))
        self._reports = [report for report in found if report]

    def _of(self, step: str) -> list[Report]:
        return [each for each in self._reports if each.get("step") == step]

    @property
    def bundle(self) -> Path:
        """The bundle; it may not be there."""
        return self.folder / f"{self.name}.parquetbundle"

    @property
    def proteins(self) -> int | None:
        """How many proteins there are, once they are read."""
        return next((each["counts"].get("sequences") for each in self._of("normalize")), None)

    @property
    def changed(self) -> list[str]:
        """What was changed or left out while reading, and how many sequences are there twice."""
        found = [text for report in self._of("normalize") for text in changes(report["counts"])]
        # Those of files are not compared.
        embedded = [each for each in self._of("embed") if not each["parameters"].get("files")]
        for counts in (report["counts"] for report in embedded[:1]):
            twice = counts.get("sequences", 0) - counts.get("distinct", counts.get("sequences", 0))
            if twice:
                found.append(f"{twice:,} with the sequence of another")
        return found

    @property
    def quality(self) -> str:
        """How many of the nearest proteins are the nearest ones on each map, too."""
        found: dict[str, float] = {}
        for report in self._of("html"):
            for name, scores in report["parameters"].get("quality", {}).items():
                if (share := scores.get("knn_overlap")) is not None:
                    found[name] = share
        shares = [f"{share:.0%} by {name}" for name, share in found.items()]
        return f"of the nearest proteins, maps show {', '.join(shares)}" if shares else ""

    @property
    def grown(self) -> str:
        """How many proteins joined a map, and how like it places on it are to those of old ones."""
        counts: dict[str, int] = next((each["counts"] for each in self._of("normalize")), {})
        if "old" not in counts:
            return ""
        said = f"{counts['new']:,} joined {counts['old']:,} on the map"
        found = (each["parameters"].get("placed_again") for each in self._of("project"))
        again = next(filter(None, found), None)
        if again and (labels := again.get("labels")):
            alike, before = f"{labels['placed']:.0%}", f"{labels['on_map']:.0%}"
            said += f"; of old ones placed again, {alike} of the nearest have their "
            said += f"{labels['annotation']} (where they are: {before})"
        elif again:
            said += f"; old ones placed again land {again['median']} spreads off (median)"
        return said

    @property
    def warnings(self) -> list[str]:
        """The warnings that are in reports of steps."""
        return [text for report in self._reports for text in report.get("warnings", [])]

    @property
    def places(self) -> list[tuple[str, str]]:
        """What there is to open, and where."""
        page, table = self.folder / f"{self.name}.html", self.folder / f"{self.name}.tsv"
        pictures = sorted((self.folder / "previews").glob("*.svg"))
        found = [
            ("map", page, "open it in any browser"),
            ("bundle", self.bundle, f"drop it onto {_VIEWER}"),
            ("table", table, ""),
            ("methods", self.folder / "methods.html", "text and references for a paper"),
        ]
        places = [(name, _with(path, how)) for name, path, how in found if path.is_file()]
        if pictures:
            names = ", ".join(path.name for path in pictures)
            places.insert(2, ("pictures", _with(self.folder / "previews", names)))
        return places


def with_command(warning: str, command: str) -> str:
    """Return a warning with the whole command in place of the option that mends it.

    Args:
        warning: what a step has said.
        command: what was given for this run.
    """
    return _REMEDY.sub(lambda found: f" To fetch them: {command} {found[1]}", warning)


def _with(path: Path, note: str) -> str:
    return f"{path}  ({note})" if note else str(path)


def _read(path: Path) -> Report | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
