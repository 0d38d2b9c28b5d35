"""A full disk: refuse uploads in time, and keep room to write the ends of runs."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

log = structlog.get_logger()

NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})
FULL = ("DISK_FULL", "The disk of the server is full. Please try again later.")
#: Room for the terminal events and states of hundreds of runs.
_RESERVE_BYTES = 1048576
#: With less free space no run can succeed.
LEAST_BYTES = 4 * _RESERVE_BYTES
#: Files, folders and links of a run with two projections, a table and styles while it runs; each
#: takes an inode.
RUN_FILES = 80


def is_full(error: BaseException) -> bool:
    """Return whether an error says that the disk is full or the quota used up."""
    return isinstance(error, OSError) and error.errno in NO_SPACE


def low(root: Path, min_free_bytes: int) -> bool:
    """Return whether less space than that is free, or files for hardly any run."""
    return shutil.disk_usage(root).free < min_free_bytes or few_files(root, 2 * RUN_FILES)


def few_files(root: Path, least: int) -> bool:
    """Return whether the file system takes fewer new files than that; some have no limit."""
    found = os.statvfs(root)
    return found.f_files > 0 and found.f_favail < least


class DiskFull(Exception):
    """There is no room for another upload and its run, or for another form of its result."""


@contextmanager
def refusing_when_full(root: Path, min_free_bytes: int) -> Iterator[None]:
    """Run the block, which stores something, only where there is room for an upload and its run.

    Raises:
        DiskFull: there is no room, before or while it is stored.
    """
    if low(root, min_free_bytes):
        raise DiskFull
    try:
        yield
    except OSError as error:
        if not is_full(error):
            raise
        log.error("not_stored", error=str(error))
        raise DiskFull from error


def keep_reserve(root: Path) -> None:
    """Occupy some space, to be freed when there is no other; without room for it, later.

    Uploads are refused before a disk is full, but other programs may fill it, and clients wait for
    the end of their runs.
    """
    path = root / ".reserve"
    try:
        if path.exists() and path.stat().st_size == _RESERVE_BYTES:
            return
        if not low(root, LEAST_BYTES):
            # Nothing that a file system could make smaller.
            path.write_bytes(os.urandom(_RESERVE_BYTES))
    except OSError as error:
        log.warning("no_reserve", error=str(error))


def insist(root: Path, write: Callable[[], None]) -> None:
    """Write something small that must be written; on a full disk, free the reserve first.

    Raises:
        OSError: it cannot be written even so.
    """
    try:
        write()
    except OSError as error:
        reserve = root / ".reserve"
        if not is_full(error) or not reserve.exists():
            raise
        reserve.unlink(missing_ok=True)
        log.warning("reserve_released", error=str(error))
        write()
