"""The state of a run: one small file, from which every gateway can go on."""

from dataclasses import dataclass, fields

FINISHED = frozenset({"done", "failed", "cancelled", "expired"})
_STATUSES = FINISHED | {"queued", "running"}


@dataclass
class State:
    """`status` is queued, running, done, failed, cancelled or expired (files removed).

    `started` is when the present attempt began, `first_started` the first one; `attempts` counts
    starts of Snakemake. `pid_started` counts from the start of the machine that `boot` names.
    """

    schema_version: int = 1
    status: str = "queued"
    submitted: float = 0.0
    attempts: int = 0
    first_started: float | None = None
    started: float | None = None
    finished: float | None = None
    delivered: float | None = None
    pid: int | None = None
    pid_started: float | None = None
    boot: str | None = None
    code: str | None = None
    message: str | None = None

    @classmethod
    def of(cls, found: object) -> "State":
        """Return the state of a JSON value; another version may have written fewer fields, or more.

        Raises:
            ValueError: it is no state.
        """
        if not isinstance(found, dict) or found.get("status") not in _STATUSES:
            raise ValueError("no state of a run")
        if not isinstance(found.get("submitted"), int | float):
            raise ValueError("a state without a time")
        return cls(
            **{field.name: found[field.name] for field in fields(cls) if field.name in found}
        )
