"""The options of steps that use the cache."""

import argparse
from typing import TYPE_CHECKING

from steps.cache import open_cache

if TYPE_CHECKING:
    from steps.cache.cache import Cache


def add_cache_options(options: argparse.ArgumentParser) -> None:
    """Add the options of `open_cache`, and whether connections may be made."""
    options.add_argument("--cache", default="default", help="file, PostgreSQL address, or 'none'")
    options.add_argument("--cache-days", type=float, default=90)
    options.add_argument("--cache-gigabytes", type=float, default=20)
    options.add_argument("--offline", action="store_true", help="make no connection")


def open_from(arguments: argparse.Namespace) -> "Cache":
    """Open the cache of these arguments; `--cache none` is a file beside the output.

    Raises:
        StepError: CACHE_UNAVAILABLE.
    """
    return open_cache(
        arguments.cache,
        max_age_days=arguments.cache_days,
        max_gigabytes=arguments.cache_gigabytes,
        private=arguments.output.with_suffix(".partial.sqlite"),
    )
