"""Base maps: maps of the operator that proteins of an upload can join (docs/growing.md).

What a run needs of them is checked when the gateway starts, and again by the configuration of each
run.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from gateway.run_config import run_config
from gateway.runs.provenance import Provenance
from gateway.settings import Settings, SettingsError
from steps.config.onto import Onto, find_onto
from steps.embed.models import OWN
from steps.embed.models.catalogue import file_name
from steps.errors import StepError
from steps.project.methods import PLACING, split_method

log = structlog.get_logger()

#: Keys that must be those of the map, beside embedders and methods.
_PARAMETERS = ("metric", "n_neighbors", "min_dist", "random_state")
#: One protein can be placed; a map of its own needs more.
FEWEST = 1


@dataclass(frozen=True)
class BaseMap:
    """A map that uploads can join.

    Attributes:
        folder: its results.
        proteins: how many it has.
        embedders, methods: by which an upload can join it, canonical names.
        parameters: values of keys of the configuration that made it.
        bytes: of its files, which a run that joins it writes anew.
    """

    name: str
    folder: str
    proteins: int
    embedders: list[str]
    methods: list[str]
    parameters: dict[str, Any] = field(default_factory=dict)
    bytes: int = 0

    @property
    def keys(self) -> dict[str, Any]:
        """Return the keys of the configuration by which a run joins it."""
        chosen = {"embedders": self.embedders, "methods": self.methods}
        # Only new proteins are embedded, so there is little to divide.
        return {"onto": self.folder, "shard_size": 0, **chosen, **self.parameters}

    def eased(self, settings: Settings) -> Settings:
        """Return the settings of an upload that joins it."""
        return settings.model_copy(update={"sequence_min_count": FEWEST})


def find_base_maps(settings: Settings) -> dict[str, BaseMap]:
    """Return the base maps of the settings by name, all that uploads need of them checked.

    Raises:
        SettingsError: one cannot be used, with the reason.
    """
    found = {}
    for name, path in settings.base_maps.items():
        try:
            found[name] = _read(name, find_onto(path), settings)
        except (OSError, ValueError) as error:
            reason = str(error).rstrip(".")
            raise SettingsError(f"PREP_BASE_MAPS: base map '{name}': {reason}.") from None
    return found


def _read(name: str, map: Onto, settings: Settings) -> BaseMap:
    """Return a base map.

    Raises:
        OSError, ValueError: it cannot be used.
    """
    if map.folder.resolve().is_relative_to(settings.job_root.resolve()):
        raise ValueError(
            f"{map.folder} is in PREP_JOB_ROOT, whose runs are removed. Copy it elsewhere"
        )
    made = Provenance.read(Path(map.provenance))
    keys = made.configuration
    if not keys.get("embedders") or not keys.get("methods"):
        raise ValueError(f"{map.provenance} does not say how the map was made. Make it again")
    base = BaseMap(
        name,
        str(map.folder),
        made.input.get("old", 0) + made.input.get("new", made.input.get("sequences", 0)),
        keys["embedders"],
        _placing(name, keys["methods"]),
        {key: keys[key] for key in _PARAMETERS if key in keys},
        sum(_sizes(map.folder)),
    )
    _check(base, map, settings)
    return base


def _placing(name: str, methods: list[str]) -> list[str]:
    """Return the methods that can place new proteins; log those that are left out.

    Raises:
        ValueError: there is none.
    """
    found = [method for method in methods if split_method(method)[0] in PLACING]
    if not found:
        able = " and ".join(f"{method}2" for method in PLACING)
        raise ValueError(
            f"it was made by {', '.join(methods)}, which cannot place new proteins; {able} can. "
            "Make it with one of them"
        )
    if len(found) < len(methods):
        log.warning("base_map_methods", name=name, placing=found, asked=methods)
    return found


def _check(base: BaseMap, map: Onto, settings: Settings) -> None:
    """Check that runs with these settings can join a map.

    Raises:
        OSError, ValueError: they cannot.
    """
    try:
        run_config(settings, **base.keys)
    except StepError as error:
        raise ValueError(error.message.partition("not valid. ")[2] or error.message) from None
    for embedder in (name for name in base.embedders if name not in OWN):
        report = json.loads(Path(map.report(file_name(embedder))).read_text(encoding="utf-8"))
        theirs = report["parameters"].get("backend")
        if theirs and theirs != settings.backend:
            raise ValueError(
                f"its embeddings by {embedder} were made by the backend '{theirs}', and "
                f"PREP_BACKEND is '{settings.backend}'. Set the same, or make the map again"
            )
    largest = max(_sizes(map.folder)) >> 20
    if settings.file_limit and largest >= settings.file_limit:
        raise ValueError(
            f"it has a file of {largest:,} MB, and a step may write {settings.file_limit:,} MB. "
            "Raise PREP_STEP_FILE_MB"
        )


def _sizes(folder: Path) -> list[int]:
    """Return the sizes of its files in bytes, but for cells of large maps, which stay there."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path.stat().st_size for path in files if path.parent.name != "index"]


def view(base_maps: Mapping[str, BaseMap]) -> list[dict[str, Any]]:
    """Return what clients see of base maps; paths are not theirs to know."""
    shown = ("name", "proteins", "embedders", "methods")
    return [
        {key: getattr(base, key) for key in shown} | {"min_sequences": FEWEST}
        for base in base_maps.values()
    ]
