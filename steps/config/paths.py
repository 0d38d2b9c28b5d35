"""Check paths as people type them, and the content behind them.

YAML cuts an unquoted value at ` #`, and reads some texts as numbers.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from steps.annotate.groups import is_table
from steps.errors import StepError
from steps.hdf5.names import split_name
from steps.retrieve.queries import is_query

#: Keys whose values are paths, or may be.
PATH_KEYS = (
    *("input", "embeddings", "annotations", "styles", "models", "cache"),
    *("references", "reference_labels", "onto", "without"),
)
#: What YAML leaves as it is, but for numbers; a path that is absolute is none.
_PLAIN = re.compile(r"[\w./:-]+")


@cache
def content_of(*paths: str) -> str:
    """Return a digest of the content of files (SHA-256, hexadecimal).

    Raises:
        OSError: one cannot be read.
    """
    digest = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def check_typed(
    values: Mapping[str, object],
    arguments: Sequence[str],
    files: Iterable[str | Path],
    given_in: str | Path = "",
) -> None:
    """Check that paths of the configuration are those that were typed.

    Args:
        values: the configuration.
        arguments: the command line.
        files: configuration files.
        given_in: the folder where the command was given.

    Raises:
        StepError: INVALID_CONFIG, where the text as typed is a file, and YAML made something else
            of it.
    """
    typed = [(key, text) for key, sign, text in (it.partition("=") for it in arguments) if sign]
    for file in files:
        typed += _lines_of(Path(file))
    # Of several places where a key stands, one wins.
    meant = {key for key, text in typed if values.get(key) == text}
    for key, text in typed:
        if (
            key in PATH_KEYS
            and key not in meant
            and _is_changed(values.get(key), text, Path(given_in))
        ):
            raise StepError(
                "INVALID_CONFIG",
                f"Key '{key}': YAML reads {text!r} as {values.get(key)!r}. Quote it, on a command "
                f"line within brackets: --config '{key}=[\"{text}\"]'.",
            )


def as_typed(key: str, value: str | list[str]) -> str:
    """Return a value as a word after --config that YAML reads as itself."""
    plain = isinstance(value, str) and _PLAIN.fullmatch(value)
    return f"{key}={value if plain else json.dumps(value, ensure_ascii=False)}"


def reached(values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the values that name files of a folder, with the absolute paths of these.

    Snakemake works in another folder than that in which its command was given. What is in both is
    left as it is, and so are texts that are no path.

    Args:
        values: key -> text, with commas between several, or list of texts.
        folder: where the command was given.
    """
    found = {key: _reached(key, values[key], folder) for key in PATH_KEYS if key in values}
    return {key: value for key, value in found.items() if value != values[key]}


def _reached(key: str, value: Any, folder: Path) -> Any:  # noqa: ANN401 (as YAML reads it)
    if isinstance(value, list):
        return [_reached(key, part, folder) for part in value]
    if not isinstance(value, str):
        return value
    if "," in value and not _exists(value) and not _exists(folder / value):
        return ",".join(_reached(key, part, folder) for part in value.split(","))
    path = _path_of(key, value)
    if path and not _exists(path) and _exists(folder / path):
        return str((folder / path).absolute()) + value.removeprefix(path)
    return value


def _path_of(key: str, text: str) -> str:
    """Return the path that a text begins with, if any: a folder may be called as an annotation."""
    if key == "annotations":
        return text if is_table(text) else ""
    if embeddings := split_name(text):
        return embeddings[0]
    return "" if is_query(text) else text


def _lines_of(file: Path) -> list[tuple[str, str]]:
    """Return keys and unquoted texts of a configuration file."""
    text = file.read_text(encoding="utf-8", errors="replace")
    found = re.findall(r"^(\w+):[ \t]+([^\"'\s].*)$", text, re.MULTILINE)
    return [(key, value.rstrip()) for key, value in found]


def _is_changed(value: object, text: str, folder: Path) -> bool:
    """Return whether a text that is a file became another value, or its list was cut."""
    if value == text:
        return False
    if _exists(text) or _exists(folder / text):
        return True
    kept, sign, _ = text.partition(" #")
    cut = [part.strip() for part in text.split(",") if " #" in part]
    found = any(_exists(part) or _exists(folder / part) for part in cut)
    return bool(sign) and value == kept.rstrip() and found


def _exists(path: str | Path) -> bool:
    """Return whether a text is a path of something; one that is too long for a path is none."""
    try:
        return Path(path).exists()
    except OSError:
        return False
