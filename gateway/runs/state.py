"""The state of a run: one small file, from which every gateway can go on."""

from typing import Annotated, Literal

from pydantic import Field

from gateway.runs.stored import Stored

Status = Literal["queued", "running", "done", "failed", "cancelled", "expired"]
FINISHED = frozenset({"done", "failed", "cancelled", "expired"})

#: A time of runs (`gateway.runs.clock`), in seconds since 1970; not after the year 5000.
Moment = Annotated[float, Field(ge=0, le=1e11)]


class State(Stored):
    """What became of a run; `expired` means that its files are removed.

    `started` is when the present attempt began, `first_started` the first one; `attempts` counts
    starts of Snakemake. `pid_started` counts from the start of the machine that `boot` names.
    `keep` is what the upload said; `None`, also in runs of old, is the operator's default.
    """

    status: Status = "queued"
    submitted: Moment
    keep: bool | None = None
    attempts: Annotated[int, Field(ge=0)] = 0
    first_started: Moment | None = None
    started: Moment | None = None
    finished: Moment | None = None
    delivered: Moment | None = None
    # 0 and 1 are no processes of ours, and mean much else to the system.
    pid: Annotated[int, Field(ge=2, le=1 << 31)] | None = None
    pid_started: Annotated[float, Field(ge=0)] | None = None
    boot: str | None = None
    code: str | None = None
    message: str | None = None
