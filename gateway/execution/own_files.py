"""Look into a table of annotations or a file of styles: print `{}`, or code and message, as JSON.

A program of its own, as it may end in any way: python -m gateway.execution.own_files KIND FILE. It
reads limits and identifiers as JSON from its standard input.
"""

import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

from gateway.execution import bounds
from steps.annotate.table.check import TableLimits, check_table
from steps.optional.style_file import read_styles


def main() -> None:
    """Check the file that the command line names."""
    bounds.bound()
    kind, path = sys.argv[1:]
    look = partial(_check_table if kind == "table" else _check_styles, Path(path))
    bounds.answer(look)


def _check_table(path: Path) -> dict[str, Any]:
    given = json.load(sys.stdin)
    check_table(path, TableLimits(**given["limits"]), given["identifiers"])
    return {}


def _check_styles(path: Path) -> dict[str, Any]:
    read_styles(path)
    return {}


if __name__ == "__main__":
    main()
