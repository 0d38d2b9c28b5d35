"""Files of the names of codes (EC, CATH, ...), which protspace fetches into the user's cache.

`steps.preload.prefetch` copies them into a folder, where they are read without a connection.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from protspace.data.annotations.retrievers import cath_names
from protspace.data.annotations.retrievers import interpro_retriever as interpro
from protspace.data.annotations.transformers import interpro_transforms, uniprot_transforms

from steps.annotate.remote.reachability import why_unreachable

#: Code -> its name, or what else a file says of it.
type Names = dict[str, object]

#: Seconds before each try; protspace itself asks once.
_WAITS = (0, 1, 2, 4)


@dataclass(frozen=True)
class Reference:
    """One file of code names.

    Attributes:
        label: what it has, for messages.
        annotations: annotations with codes that it names.
        url: where it is fetched from.
        load: fetches it, or reads protspace's copy, and returns its names.
        kept: protspace's copy.
        parse: returns the names of such a copy.
    """

    label: str
    annotations: frozenset[str]
    url: str
    load: Callable[[], Names]
    kept: Path
    parse: Callable[[Path], Names]

    def names(self, offline: bool, folder: Path | None = None) -> Names:
        """Return the names; none where they are not on this disk and cannot be fetched.

        Args:
            offline: make no connection.
            folder: where `steps.preload.prefetch` put a copy, for when it cannot be fetched.
        """
        if not (offline or why_unreachable(self.url)):
            return self._fetched() or self._read(folder)
        return self._read(folder) or self._read(self.kept.parent)

    def _fetched(self) -> Names:
        for wait in _WAITS:
            time.sleep(wait)
            if names := _sound(self.load):
                return names
            # protspace keeps for weeks whatever came: half a file, or the web page of a proxy.
            self.kept.unlink(missing_ok=True)
        return {}

    def _read(self, folder: Path | None) -> Names:
        return _sound(lambda: self.parse(folder / self.kept.name)) if folder else {}


def _sound(read: Callable[[], object]) -> Names:
    """Return the names that `read` returns; none where they are damaged."""
    try:
        names = read()
    except (OSError, ValueError):
        return {}
    if not isinstance(names, dict) or any(key.startswith("<") for key in names):
        return {}
    return names if any(names.values()) else {}


def _json(path: Path) -> Names:
    names: Names = json.loads(path.read_text(encoding="utf-8"))
    return names


ENZYMES = Reference(
    "names of EC numbers (ExPASy)",
    frozenset({"ec"}),
    uniprot_transforms.ENZYME_DAT_URL,
    uniprot_transforms.UniProtTransformer._get_ec_name_map,
    uniprot_transforms.ENZYME_CACHE_DIR / "ec_names.json",
    _json,
)
CLANS = Reference(
    "Pfam clans",
    frozenset({"pfam_clan"}),
    interpro_transforms.PFAM_CLANS_URL,
    interpro_transforms._get_pfam_clan_mapping,
    interpro_transforms.PFAM_CLANS_CACHE_DIR / "pfam_clans.tsv",
    interpro_transforms._parse_pfam_clans_tsv,
)
CATH = Reference(
    "names of CATH domains",
    frozenset({"cath", "ted_domains"}),
    cath_names.CATH_NAMES_URL,
    cath_names.get_cath_names,
    cath_names.CATH_CACHE_DIR / "cath_names.json",
    _json,
)
MEMBERS = Reference(
    "names of SUPERFAMILY and PANTHER entries (InterPro)",
    frozenset({"superfamily", "panther"}),
    interpro.INTERPRO_XML_URL,
    interpro.InterProRetriever._get_member_db_name_map,
    interpro.INTERPRO_CACHE_DIR / "member_db_names.json",
    _json,
)
REFERENCES = (ENZYMES, CLANS, CATH, MEMBERS)
