"""Check which annotations of a run the user may name."""

from collections.abc import Sequence
from importlib import import_module

from steps import cli
from steps.annotate.groups import GROUPS, is_ours
from steps.annotate.remote.catalogue import expand
from steps.errors import StepError, did_you_mean


def there_are(
    key: str, wanted: Sequence[str], there: Sequence[str], requested: Sequence[str]
) -> list[str]:
    """Return the wanted annotations that there are.

    Args:
        key: the key of the configuration that names them.
        requested: entries of the key `annotations`. A name that one of them may give, but has no
            value in this data set, is left out with a warning.

    Raises:
        StepError: INVALID_CONFIG, for a name that is no annotation of this run.
    """
    for name in wanted:
        if name not in there:
            _explain(key, name, there, requested)
    return [name for name in wanted if name in there]


def _explain(key: str, name: str, there: Sequence[str], requested: Sequence[str]) -> None:
    """Warn of an annotation without values; refuse a name that is no annotation of this run."""
    names = f"There are: {', '.join(there) or 'none'}."
    if name not in _possible(requested):
        hint = did_you_mean(name, list(there))
        raise StepError(
            "INVALID_CONFIG", f"Key '{key}': there is no annotation '{name}'.{hint} {names}"
        )
    cli.log.warning(f"{key}: no protein of this data set has a value of '{name}'. {names}")


def _possible(requested: Sequence[str]) -> set[str]:
    """Return the annotations that groups and remote sources may give."""
    groups = [import_module(GROUPS[name]).NAMES for name in requested if name in GROUPS]
    remote = expand([name for name in requested if not is_ours(name)])
    return {*remote, *(name for group in groups for name in group)}
