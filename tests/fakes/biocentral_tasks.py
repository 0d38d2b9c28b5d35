"""The tasks of the fake Biocentral server: what is asked, when it is done, what comes of it."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

import numpy as np
from pydantic import BaseModel, Field, ValidationError, model_validator

from tests.fakes.vectors import hdf5_text, residue_vectors, sequence_hash, vector

_MOST_SEQUENCES = 1000
_MOST_RESIDUES = 20_000  # of vectors per residue: 80 MB for 1,024 dimensions


class Request(Protocol):
    """The body of an accepted submission, and all that comes of it."""

    @property
    def sequences(self) -> list[str]: ...

    def progress(self, current: int) -> dict[str, Any]:
        """Return the fields of a running task beside its status."""
        ...

    def result(self, fault: str | None) -> dict[str, Any]:
        """The same when it has finished."""
        ...


class EmbedRequest(BaseModel):
    """The body of a submission; what pydantic says of a bad one is what FastAPI would say."""

    embedder_name: str = Field(min_length=1)
    reduce: bool = False
    sequence_data: dict[str, str] = Field(min_length=1, max_length=_MOST_SEQUENCES)
    use_half_precision: bool = False

    @model_validator(mode="after")
    def _sequences(self) -> Self:
        sequences = self.sequences
        if not all(sequences) or len(set(sequences)) < len(sequences):
            raise ValueError("sequences must be neither empty nor repeated")
        if not self.reduce and sum(map(len, sequences)) > _MOST_RESIDUES:
            raise ValueError(f"vectors per residue for at most {_MOST_RESIDUES} residues")
        return self

    @property
    def sequences(self) -> list[str]:
        return list(self.sequence_data.values())

    def progress(self, current: int) -> dict[str, Any]:
        return {"embedding_progress": {"current": current, "total": len(self.sequence_data)}}

    def result(self, fault: str | None) -> dict[str, Any]:
        if fault == "garbage":
            return {"embeddings_file": "this is no HDF5 file"}
        embed, name = vector if self.reduce else residue_vectors, self.embedder_name
        answer = {sequence_hash(sequence): embed(name, sequence) for sequence in self.sequences}
        return {"embeddings_file": hdf5_text(_spoiled(answer, fault))}


def details(error: ValidationError) -> list[dict[str, Any]]:
    """The errors of a body as FastAPI lists them."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [{**each, "loc": ["body", *each["loc"]]} for each in found]


@dataclass
class Task:
    """A task is a span of time, so no thread is busy with it."""

    request: Request
    number: int
    starts: float
    ends: float
    _reported: int | None = None

    def over(self, now: float) -> bool:
        return now >= self.ends

    def news(self, now: float) -> list[dict[str, Any]]:
        """The state, if it has changed since the last call, as the real server tells it."""
        current = self._done(now)
        if current == self._reported:
            return []
        self._reported = current
        if current < 0:
            return [{"status": "PENDING"}]
        return [{"status": "RUNNING", **self.request.progress(current)}]

    def _done(self, now: float) -> int:
        """How many sequences are done; -1 before the first is begun."""
        total = len(self.request.sequences)
        if self.over(now):
            return total
        if now < self.starts:
            return -1
        return int(total * (now - self.starts) / (self.ends - self.starts))


def _spoiled(answer: dict[str, np.ndarray], fault: str | None) -> dict[str, np.ndarray]:
    if fault == "short":
        return dict(list(answer.items())[:-3])
    first = next(iter(answer))
    if fault in ("nan", "inf"):
        answer[first][..., 0] = float(fault)
    elif fault == "dimension":
        answer[first] = answer[first][..., :-1]
    return answer


@dataclass
class Schedule:
    """All tasks; `parallel` of them progress side by side, the others wait for their turn."""

    parallel: int
    seconds_per_sequence: float
    clock: Callable[[], float] = time.monotonic
    tasks: dict[str, Task] = field(default_factory=dict)
    _free: list[float] = field(default_factory=list)

    def add(self, request: Request) -> str:
        """Give the task to the worker that is free first."""
        self._free = self._free or [0.0] * self.parallel
        worker = min(range(self.parallel), key=self._free.__getitem__)
        starts = max(self.clock(), self._free[worker])
        ends = starts + len(request.sequences) * self.seconds_per_sequence
        self._free[worker] = ends
        task_id = f"biocentral-FakeTask-{uuid.uuid4()}"
        self.tasks[task_id] = Task(request, len(self.tasks), starts, ends)
        return task_id

    def unfinished(self) -> int:
        now = self.clock()
        return sum(not task.over(now) for task in self.tasks.values())
