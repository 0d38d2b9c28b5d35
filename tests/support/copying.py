"""Copy parts of the repository."""

import shutil
from pathlib import Path

#: Python compiles into these at any moment, by files that are renamed.
_IGNORE = shutil.ignore_patterns("__pycache__")


def copy_path(source: Path, target: Path) -> None:
    """Copy a file, or a folder with all that is in it."""
    if source.is_dir():
        shutil.copytree(source, target, ignore=_IGNORE)
    else:
        shutil.copy(source, target)
