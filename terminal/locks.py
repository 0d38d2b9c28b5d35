"""Remove the locks of a Snakemake that was killed on this host.

Snakemake's lock files (`.snakemake/locks/0.input.lock`) name files, not who holds them. A run
writes which are its own (`.snakemake/owners/*.json`) and holds a lock of the kernel (flock) on that
file, which ends with the process, however that ends. A lock is removed where its owner was on this
host, since its last start, in this process namespace, and holds its file no more. Of others nothing
is known: they stay.
"""

import atexit
import contextlib
import fcntl
import json
import os
import socket
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import psutil

#: Where Snakemake has its locks, in the working directory.
FOLDER = Path(".snakemake/locks")
#: Not among the locks: NFS keeps files that are open, and Snakemake removes that folder.
_OWNERS = Path(".snakemake/owners")
#: Held while locks are judged and removed, so that two runs do not do so at a time.
_GUARD = Path(".snakemake/locks.guard")


def claim(locks: Iterable[Path]) -> None:
    """Write that lock files are of this process; do nothing where the file system has no flock."""
    owned = {path.name: _version(path) for path in locks}
    if not owned:
        return
    path = (_OWNERS / f"{uuid.uuid4().hex}.json").absolute()
    staged = path.with_suffix(".claim")
    with contextlib.suppress(OSError):
        _OWNERS.mkdir(parents=True, exist_ok=True)
        file = staged.open("w", encoding="utf-8")
        atexit.register(_release, file, path)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        json.dump({"machine": _machine(), "locks": owned}, file)
        file.flush()
        # Whoever sees the file under this name finds it held.
        staged.rename(path)


def _release(file: IO[str], path: Path) -> None:
    """Remove the claim of this process, which has no lock any more."""
    file.close()
    path.unlink(missing_ok=True)


def remove_stale() -> list[Path]:
    """Remove the locks of dead processes of this host; return the files."""
    removed: list[Path] = []
    if not _OWNERS.is_dir():
        return removed
    with contextlib.suppress(OSError), _guarded() as works, contextlib.ExitStack() as held:
        for path in sorted(_OWNERS.glob("*.json")) if works else []:
            owned = _of_dead(path, held)
            removed += [lock for lock in map(FOLDER.joinpath, owned) if _is(lock, owned[lock.name])]
            for lock in removed:
                lock.unlink(missing_ok=True)
            if owned:
                path.unlink()
    return removed


def _of_dead(path: Path, held: contextlib.ExitStack) -> dict[str, list[int]]:
    """Return the locks of an owner, name -> version, if it is known to be dead; else none."""
    file = held.enter_context(path.open(encoding="utf-8"))
    try:
        claimed = json.load(file)
        if claimed["machine"] != _machine():
            return {}
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return dict(claimed["locks"])
    except (ValueError, KeyError, BlockingIOError):
        return {}


@contextlib.contextmanager
def _guarded() -> Iterator[bool]:
    """Hold the guard; yield whether locks of the kernel mean anything on this file system."""
    with _GUARD.open("a") as first, _GUARD.open("a") as second:
        fcntl.flock(first, fcntl.LOCK_EX)
        try:
            fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield True
        else:
            yield False


def _machine() -> list[str]:
    """Return what is the same for two processes of one kernel that see each other."""
    return [socket.gethostname(), _boot(), _namespace()]


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return str(psutil.boot_time())


def _namespace() -> str:
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""


def _version(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_ino, status.st_mtime_ns]


def _is(path: Path, version: list[int]) -> bool:
    """Return whether the file is still the one that was claimed."""
    return path.exists() and _version(path) == version
