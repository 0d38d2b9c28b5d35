"""Look into a file of embeddings: print embedder, counts and identifiers, or code and message.

A program of its own, as it may end in any way: python -m gateway.execution.embeddings FILE NAME
LIMITS, where NAME is what its owner calls the file.
"""

import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

from gateway.execution import bounds
from steps.embed.models import OWN
from steps.embed.models.catalogue import MODELS
from steps.hdf5.names import name_in
from steps.normalize.embeddings import read_proteins
from steps.normalize.limits import Limits


def main() -> None:
    """Print what is in the file that the command line names."""
    bounds.bound()
    path, called, limits = sys.argv[1:]
    look = partial(_found, Path(path), Path(called).stem, Limits(**json.loads(limits)))
    bounds.answer(look)


def _found(path: Path, called: str, limits: Limits) -> dict[str, Any]:
    proteins = read_proteins([(path, "")], limits)
    name = name_in(path, [*OWN, *MODELS], called)
    counts, identifiers = proteins.counts.as_dict(), list(proteins.headers)
    return {"name": name, "counts": counts, "identifiers": identifiers}


if __name__ == "__main__":
    main()
