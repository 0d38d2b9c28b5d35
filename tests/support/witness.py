"""Who sees to it that nothing of a run ever runs twice at once."""

import contextlib
import threading
import time
from pathlib import Path

import psutil

_EVERY_SECONDS = 0.05


class Witness(threading.Thread):
    """Looks at all processes again and again; `doubles` is what it saw and must not have."""

    def __init__(self, root: Path):
        super().__init__(daemon=True)
        self.root, self.doubles, self.looks = str(root), [], 0
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(_EVERY_SECONDS):
            self.looks += 1
            seen: dict[tuple, psutil.Process] = {}
            for process, key in self.processes():
                other = seen.setdefault(key, process)
                if other != process and not _related(process, other):
                    self.doubles.append((time.time(), key, other.pid, process.pid))

    def finish(self) -> None:
        self._ended.set()
        self.join()

    def processes(self) -> list[tuple[psutil.Process, tuple]]:
        """Snakemakes and steps below the root, and what each is of: a run, or a job of one."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if process.status() != psutil.STATUS_ZOMBIE and (key := self._key(process)):
                    found.append((process, key))
        return found

    def _key(self, process: psutil.Process) -> tuple | None:
        words, folder = process.cmdline(), process.cwd()
        if words[1:2] != ["-m"] or not folder.startswith(self.root):
            return None
        if words[2] == "snakemake":
            return folder, "snakemake"
        if words[2] == "gateway.execution.forkserver_main":
            # A step that is forked has another process that waits for it, with its command line.
            name = process.name()
            return folder, name if name == "snakemake" else f"{name} {process.pid}"
        return (folder, words[words.index("--log") + 1]) if "--log" in words else None


def _related(one: psutil.Process, other: psutil.Process) -> bool:
    """A process between fork and exec looks like its parent."""
    try:
        return one.pid == other.ppid() or other.pid == one.ppid()
    except psutil.NoSuchProcess:
        # It was that short.
        return True
