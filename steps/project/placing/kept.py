"""Keep beside a large map what depends on it alone, so that only one run has to find it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from steps import cli
from steps.files import write_json


def kept[T](path: Path | None, mark: list[Any], find: Callable[[], T]) -> T:
    """Return what was kept under the same mark, or find and keep it.

    Args:
        path: JSON file to keep it in; none to find it each time.
        mark: names what it was found from; a JSON value.
        find: returns a JSON value.
    """
    found = _read(path) if path else None
    if path and found and found.get("mark") == mark:
        value: T = found["value"]
        return value
    value = find()
    if path:
        try:
            write_json(path, {"mark": mark, "value": value})
        except OSError as fault:
            say_not_kept(path, fault)
    return value


def say_not_kept(path: Path, fault: OSError) -> None:
    """Warn the operator that something is found again by each run."""
    cli.log.warning(
        "What is known of the map cannot be kept in %s, so each run finds it again: %s",
        path,
        fault,
        extra=cli.FOR_OPERATOR,
    )


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
