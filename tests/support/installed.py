"""Environments in which a test installs, and `make` without what it would install first."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.support.docs_commands import ROOT

#: The files of this environment that say that all is installed.
_READY = [f"{sys.prefix}/{name}" for name in (".ready", ".ready-dev")]


class Environment:
    """A new virtual environment that sees the packages of this one, and can have its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.python = folder, folder / "bin" / "python"
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        own = f"lib/python{sysconfig.get_python_version()}/site-packages"
        (folder / own / "these.pth").write_text(sysconfig.get_path("purelib"))

    def run(self, command: str, folder: Path, **variables: str) -> subprocess.CompletedProcess:
        """Give a command as a person would who has activated this environment."""
        environment = {name: os.environ[name] for name in os.environ if name != "PYTHONPATH"}
        environment["PATH"] = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        return subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env=environment | variables,
            capture_output=True,
            text=True,
        )


def make(*arguments: str, folder: Path = ROOT) -> list[str]:
    """The command of `make` with this environment as .venv and .venv-local."""
    kept = [option for path in _READY for option in ("--old-file", path)]
    named = [f"VENV={sys.prefix}", f"LOCAL={sys.prefix}"]
    return ["make", "--no-print-directory", "-C", str(folder), *kept, *named, *arguments]
