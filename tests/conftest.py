"""Settings of all tests: ids that depend on nothing but the code, and Hypothesis's profile."""

from pathlib import Path

from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]

# A machine may be busy: the time that an example takes says nothing of the code. Examples are the
# same each time; `--hypothesis-profile search` looks for others.
settings.register_profile(
    "search", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("tests", settings.get_profile("search"), derandomize=True)
settings.load_profile("tests")


def pytest_make_parametrize_id(val, argname):
    """Name paths from the root of the repository, and bytes, which may hold a time, by number."""
    if isinstance(val, Path) and val.is_relative_to(ROOT):
        return str(val.relative_to(ROOT))
    return argname if isinstance(val, bytes) else None
