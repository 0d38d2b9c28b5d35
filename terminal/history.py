"""How long jobs took in earlier runs of this user, for the time that a job has left.

<cache folder>/history.json   {rule: [[proteins, seconds], ...]}, newest last
"""

import json
from contextlib import suppress
from pathlib import Path

from platformdirs import user_cache_path

from steps.files import write_json

#: Runs of a rule that count; what was long ago says little of today.
_KEPT = 50
#: Sizes of data sets that say something of each other: up to so many times as large.
_COMPARABLE = 20


class History:
    """Seconds of jobs by rule and number of proteins; nothing where the file cannot be read."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or user_cache_path("protspace-pipeline") / "history.json"
        self._known: dict[str, list[tuple[int, float]]] = {}
        with suppress(OSError, ValueError, TypeError, AttributeError):
            for rule, rows in json.loads(self._path.read_text(encoding="utf-8")).items():
                self._known[rule] = [(int(size), float(seconds)) for size, seconds in rows]

    def expected(self, rule: str, proteins: int) -> float | None:
        """Return the seconds that a job will take, by the one of the most similar size."""
        rows = [row for row in self._known.get(rule, []) if row[0]]
        if not rows or not proteins:
            return None
        # The newest of those that are equally near.
        size, seconds = min(reversed(rows), key=lambda row: _ratio(row[0], proteins))
        if _ratio(size, proteins) > _COMPARABLE:
            return None
        return seconds * max(1.0, proteins / size)

    def add(self, rule: str, proteins: int, seconds: float) -> None:
        """Remember a job."""
        row = (proteins, round(seconds, 2))
        self._known[rule] = [*self._known.get(rule, []), row][-_KEPT:]

    def save(self) -> None:
        """Write the file, if that can be done; a run does not depend on it."""
        with suppress(OSError):
            write_json(self._path, self._known)


def _ratio(first: int, second: int) -> float:
    return max(first, second) / min(first, second)
