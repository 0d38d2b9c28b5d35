"""Embeddings of an earlier map: taken as they are, joined only by those that are made alike."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import batched
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from steps import cli
from steps.embed.file import First, first_file, read_embeddings
from steps.embed.joined import is_worth_a_link, linked
from steps.errors import StepError

#: What two runs must have alike; as in reports of step embed.
_ALIKE = ("embedder", "backend", "revision", "dimensions")
_BLOCK = 1000
_COLUMNS = ["protein_id", "sequence"]


class OldEmbeddings:
    """Embeddings of the proteins of a map, and how they were made.

    Attributes:
        identifiers: in the order of the file.
        matrix: float32, shape (n, dimensions).
        parameters: of the report of the step that made them.
    """

    def __init__(self, path: Path, report: Path) -> None:
        """`report` is that of the step which made the file."""
        _, self.identifiers, self.matrix = read_embeddings(path)
        self._path = path
        found = json.loads(report.read_text(encoding="utf-8"))
        self.parameters: dict[str, Any] = found["parameters"]

    @cached_property
    def rows(self) -> dict[str, int]:
        """Return the row of each identifier."""
        return {identifier: row for row, identifier in enumerate(self.identifiers)}

    def check(self, parameters: Mapping[str, Any]) -> None:
        """Check that new embeddings are made as the old ones.

        Raises:
            StepError: ONTO_DIFFERS, with both values.
        """
        for name in _ALIKE:
            theirs, ours = self.parameters.get(name), parameters.get(name)
            if theirs and ours and theirs != ours:
                raise StepError(
                    "ONTO_DIFFERS",
                    f"{name} of the new embeddings is {ours}, that of the map {theirs}: distances "
                    "between the two would mean nothing. Embed the new proteins as the map was, or "
                    "place all proteins on a new map.",
                )

    def new(self, proteins: Path) -> pa.Table:
        """Return `protein_id` and `sequence` of the proteins of a table that are not on the map."""
        known, file = pa.array(self.identifiers, pa.string()), pq.ParquetFile(proteins)
        found = [file.schema_arrow.empty_table().select(_COLUMNS)]
        # Step normalize writes new ones behind the others: sequences of most groups are not read.
        for group in range(file.num_row_groups):
            names = file.read_row_group(group, columns=_COLUMNS[:1])["protein_id"]
            new = pc.invert(pc.is_in(names, value_set=known))
            if pc.any(new).as_py():
                found.append(file.read_row_group(group, columns=_COLUMNS).filter(new))
        return pa.concat_tables(found)

    def complete(self, report: cli.Report, count: int) -> None:
        """Complete the report of new embeddings by what is known of `count` old ones.

        Warn where one side does not say by which revision it was made.
        """
        known = {name: self.parameters[name] for name in _ALIKE if name in self.parameters}
        if report.counts["sequences"] and ("revision" in known) != (
            "revision" in report.parameters
        ):
            cli.log.warning(
                f"Embeddings by '{report.parameters['embedder']}' come from files for the map or "
                "for the new proteins, and do not say by which revision they were made: both are "
                "taken for the same."
            )
        report.parameters |= known
        report.counts["old"] = count

    def link(self, path: Path, kept: Sequence[str], new: int) -> First | None:
        """Link the file of old embeddings beside that of all, where this saves a large copy.

        Args:
            path: the file that is to have all.
            kept: identifiers of the old ones.
            new: how many others there are.

        Returns:
            The link, if there is one.
        """
        first = first_file(self._path) if kept == self.identifiers else None
        if not first or not is_worth_a_link(first.rows, len(kept) + new - first.rows):
            return None
        link = linked(path, first.path)
        return first._replace(path=link) if link else None

    def blocks(
        self, identifiers: Sequence[str], start: int = 0
    ) -> Iterator[tuple[Sequence[str], np.ndarray]]:
        """Yield identifiers from `start` on and their embeddings, some at a time."""
        rows: Sequence[int] = range(len(identifiers))
        if identifiers != self.identifiers:
            rows = [self.rows[name] for name in identifiers]
        for some in batched(rows[start:], _BLOCK):
            yield identifiers[start : start + len(some)], self.matrix[list(some)]
            start += len(some)
