"""Options of the steps that use the cache: which cache it is, its bounds, and offline mode."""

import argparse
from typing import TYPE_CHECKING

from steps.cache import open_cache
from steps.config import defaults

if TYPE_CHECKING:
    from steps.cache.run_cache import RunCache


def add_cache_options(parser: argparse.ArgumentParser) -> None:
    """Add `--cache`, `--cache-days`, `--cache-gigabytes` and `--offline`."""
    help_text = "file, PostgreSQL address, or 'none'"
    parser.add_argument("--cache", default=defaults.CACHE, help=help_text)
    parser.add_argument("--cache-days", type=float, default=defaults.CACHE_DAYS)
    parser.add_argument("--cache-gigabytes", type=float, default=defaults.CACHE_GIGABYTES)
    parser.add_argument("--offline", action="store_true", help="make no connection")


def open_from(arguments: argparse.Namespace) -> "RunCache":
    """Open the cache that the options name; for `--cache none`, a file beside the output.

    Raises:
        StepError: INVALID_CONFIG, as `open_cache`.
    """
    from steps.cache.run_cache import RunCache

    return RunCache(
        lambda: open_cache(
            arguments.cache,
            max_age_days=arguments.cache_days,
            max_gigabytes=arguments.cache_gigabytes,
            private=arguments.output.with_suffix(".partial.sqlite"),
        ),
        private=arguments.cache == "none",
    )
