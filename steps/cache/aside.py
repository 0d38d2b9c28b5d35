"""Set a damaged cache aside: rename it, once, however many processes notice the damage.

Whoever opens a cache holds a shared lock on its folder, whoever renames one the exclusive lock, so
that nobody opens a file whose write-ahead log is being renamed. SQLite itself notices in processes
that still have the renamed file open: it then leaves the files of the new one alone.
"""

import errno
import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

#: SQLite's files: the database, its write-ahead log, and the index of that.
SUFFIXES = ("", "-wal", "-shm")
#: Where so many lie already, something damages caches again and again: no more are renamed.
MOST = 5
_WAIT_SECONDS = 75

#: Device and inode: another file under the same name has another one.
type Identity = tuple[int, int]


def identity_of(path: Path) -> Identity | None:
    """Return the identity of what lies at `path`; `None` where nothing does."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def set_aside(path: Path, identity: Identity | None) -> Path | None:
    """Rename the damaged cache `path` to `<name>.damaged-<time>`, with its write-ahead log.

    Return its new path; `None` where another process was first, so that another file, or none, has
    its name by now.

    Raises:
        OSError: it cannot be renamed, or must not: too many were before.
    """
    path = Path(os.path.realpath(path))
    with locked(path.parent, exclusive=True):
        if identity is None or identity_of(path) != identity:
            return None
        _check(path)
        target = _free(path)
        for suffix in SUFFIXES:
            source = path.with_name(path.name + suffix)
            if os.path.lexists(source):
                source.rename(target.with_name(target.name + suffix))
        return target


def remove(path: Path) -> None:
    """Remove a cache, be it there or not.

    Raises:
        OSError: it cannot be removed.
    """
    for suffix in SUFFIXES:
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def set_aside_before(path: Path) -> list[Path]:
    """Return what was set aside of the cache `path` and still lies beside it, oldest first."""
    path = Path(os.path.realpath(path))
    try:
        names = sorted(os.listdir(path.parent))
    except OSError:
        return []
    begin = f"{path.name}.damaged-"
    ends = SUFFIXES[1:]
    return [
        path.with_name(name) for name in names if name.startswith(begin) and not name.endswith(ends)
    ]


def _check(path: Path) -> None:
    """Check that a thing may be renamed: no device, and not the sixth one.

    Raises:
        OSError: it may not.
    """
    mode = path.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise OSError(errno.EINVAL, "it is neither a file nor a folder")
    if len(set_aside_before(path)) >= MOST:
        raise OSError(errno.EEXIST, f"{MOST} damaged caches lie beside it already; remove them")


def _free(path: Path) -> Path:
    """Return a name that nothing has yet; the caller holds the exclusive lock."""
    name = f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    target, number = path.with_name(name), 1
    while os.path.lexists(target):
        target, number = path.with_name(f"{name}.{number}"), number + 1
    return target


@contextmanager
def locked(folder: Path, *, exclusive: bool = False) -> Iterator[None]:
    """Hold a lock on a folder; a shared one is left out where there can be no locks.

    Raises:
        OSError: another process holds it for too long, or there can be no locks.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except PermissionError:
        # A folder that this user may not list has files of theirs all the same.
        if exclusive:
            raise
        yield
        return
    try:
        _lock(descriptor, exclusive)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, exclusive: bool) -> None:
    kind = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            return fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
        except OSError:
            if exclusive:
                raise
            return None
        time.sleep(0.02)
