"""What a process needs from some moment on."""

from pathlib import Path

import psutil


class Cost:
    """Peak of memory and processor time of a process, from now on; of Linux."""

    def __init__(self, pid: int):
        self._process, self._proc = psutil.Process(pid), Path("/proc", str(pid))
        # From here on, VmHWM is the peak since now.
        (self._proc / "clear_refs").write_text("5")
        self._memory, self._begun = self._status("VmRSS"), self._cpu()

    def bytes(self) -> int:
        """Return how much more memory than at the beginning was in use at most."""
        return self._status("VmHWM") - self._memory

    def seconds(self) -> float:
        """Return the seconds of a core."""
        return self._cpu() - self._begun

    def _cpu(self) -> float:
        user, system, *_ = self._process.cpu_times()
        return user + system

    def _status(self, name: str) -> int:
        lines = (self._proc / "status").read_text().splitlines()
        return 1024 * int(next(line for line in lines if line.startswith(name)).split()[1])
