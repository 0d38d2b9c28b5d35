"""The time of runs: settings of the system's clock do not move it before the next boot.

<root>/.clock.json   {"boot": its id, "offset": seconds from 1970 to it, by the clock of then}
"""

import json
import time
from functools import cache
from pathlib import Path

import structlog

from steps.files import write_json

log = structlog.get_logger()

_UPTIME = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def now(root: Path) -> float:
    """Return the seconds since 1970, as time limits and retention below a run root count them."""
    return of_uptime(root, time.clock_gettime(_UPTIME))


def of_uptime(root: Path, seconds: float) -> float:
    """Return the time of a moment that is given in seconds since the boot."""
    return _offset(root) + seconds


def on_the_wall(root: Path, moment: float) -> float:
    """Return what the system's clock shows at a time of runs, for people to read."""
    return moment - now(root) + time.time()


@cache
def boot() -> str | None:
    """Return the id of this boot; `None` where the system has none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None


@cache
def _offset(root: Path) -> float:
    """Return when this boot was, as the first gateway since then has written it down."""
    path = root / ".clock.json"
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        if known["boot"] == boot() is not None:
            return float(known["offset"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        pass
    offset = time.time() - time.clock_gettime(_UPTIME)
    try:
        write_json(path, {"boot": boot(), "offset": offset})
    except OSError as error:
        log.warning("clock_not_written", error=str(error))
    return offset
