"""Paths as people have them, where Snakemake and YAML would read something else into them.

Snakemake takes `{x}` in a path for a wildcard and knows no escape, so files of such names are
reached by links. YAML cuts an unquoted value at ` #`, and reads some texts as numbers.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from steps.errors import StepError

#: Folder of links, in the working directory.
LINKS = Path(".inputs")
#: Keys whose values are paths, or may be.
PATH_KEYS = ("input", "annotations", "styles", "models", "cache")


def without_braces(path: str) -> str:
    """Return a path without braces: itself, or that of a link to it in the working directory.

    Raises:
        OSError: the link cannot be made.
    """
    if not _has_braces(path):
        return path
    digest = hashlib.sha256(path.encode()).hexdigest()[:16]
    link = LINKS / digest / re.sub(r"[{}]", "_", Path(path).name)
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(path)
    return str(link)


def check_folder(folder: Path) -> None:
    """Check that Snakemake can work in a folder.

    Raises:
        StepError: INVALID_INPUT, for braces in its path.
    """
    if _has_braces(str(folder)):
        raise StepError(
            "INVALID_INPUT",
            f"Snakemake cannot work in {folder}, as it takes braces in paths for wildcards. "
            "Choose another --directory, or rename that one.",
        )


def _has_braces(path: str) -> bool:
    return "{" in path or "}" in path


@cache
def content_of(*paths: str) -> str:
    """Return a digest of the content of files (SHA-256, hexadecimal).

    Raises:
        OSError: one cannot be read.
    """
    digests = []
    for path in paths:
        with open(path, "rb") as file:
            digests.append(hashlib.file_digest(file, "sha256").hexdigest())
    return (
        digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    )


def check_typed(
    values: Mapping[str, object], arguments: Sequence[str], files: Iterable[str | Path]
) -> None:
    """Check that paths of the configuration are those that were typed.

    Args:
        values: the configuration.
        arguments: the command line.
        files: configuration files.

    Raises:
        StepError: INVALID_CONFIG, where the text as typed is a file, and YAML made something else
            of it.
    """
    typed = [(key, text) for key, sign, text in (it.partition("=") for it in arguments) if sign]
    for file in files:
        typed += _lines_of(Path(file))
    for key, text in typed:
        if key in PATH_KEYS and _is_changed(values.get(key), text):
            raise StepError(
                "INVALID_CONFIG",
                f"Key '{key}': YAML reads {text!r} as {values.get(key)!r}. Quote it, on a command "
                f"line within brackets: --config '{key}=[\"{text}\"]'.",
            )


def _lines_of(file: Path) -> list[tuple[str, str]]:
    """Return keys and unquoted texts of a configuration file."""
    text = file.read_text(encoding="utf-8", errors="replace")
    return re.findall(r"^(\w+):[ \t]+([^\"'\s].*?)[ \t]*$", text, re.MULTILINE)


def _is_changed(value: object, text: str) -> bool:
    """Return whether a text that is a file became another value, or its list was cut."""
    if value == text:
        return False
    if Path(text).exists():
        return True
    kept, sign, _ = text.partition(" #")
    cut = [part.strip() for part in text.split(",") if " #" in part]
    return bool(sign) and value == kept.rstrip() and any(Path(part).exists() for part in cut)
