"""Regular expressions take time in proportion to the text, whatever the text is."""

import re
import time
from importlib import import_module

import pytest

from tests.support.imports import modules

pytestmark = pytest.mark.faults

#: Pieces that adversaries repeat, and what makes the match fail at the end.
PIECES = (
    " ",
    "a",
    "A",
    "1",
    ".",
    "a ",
    "A1",
    "=",
    "a=",
    " >a1",
    "[",
    "]",
    "|",
    "-",
    ",000",
    "\x01",
)
ENDS = ("\n!", "y")
#: Up to the longest header.
LENGTHS = (6_000, 25_000, 100_000)
#: Shorter times say nothing.
LEAST_SECONDS = 0.02


def patterns() -> dict[str, tuple[re.Pattern, str]]:
    """Return the patterns that modules of the project keep, each with the method that is called."""
    found = {}
    for package in ("steps", "gateway"):
        for name, path in modules(package).items():
            # These need PyTorch.
            if name.endswith("__main__") or ".local" in name or ".torch" in name:
                continue
            source = path.read_text()
            for variable, value in vars(import_module(name)).items():
                for each in value if isinstance(value, tuple) else (value,):
                    pattern = each if isinstance(each, re.Pattern) else getattr(each, "pattern", 0)
                    if isinstance(pattern, re.Pattern) and isinstance(pattern.pattern, str):
                        found[f"{name}: {pattern.pattern}"] = (pattern, method(variable, source))
    return found


def method(variable: str, source: str) -> str:
    """Return how a pattern is used: only where it may begin anywhere, it has to be searched."""
    anywhere = rf"\b{variable}\.(search|split|sub|findall|finditer)\b"
    if re.search(anywhere, source):
        return "search"
    return "match" if re.search(rf"\b{variable}\.match\b", source) else "fullmatch"


def seconds(pattern: re.Pattern, how: str, text: str) -> float:
    begun = time.process_time()
    getattr(pattern, how)(text)
    return time.process_time() - begun


def ratio(pattern: re.Pattern, how: str, piece: str, end: str) -> float:
    """Return how much longer twice the text takes, where it takes any time at all."""
    for length in LENGTHS:
        text = piece * (length // len(piece)) + end
        if seconds(pattern, how, text) >= LEAST_SECONDS:
            twice = piece * (2 * length // len(piece)) + end
            # In pairs: what else runs on the core may change from one moment to the next.
            pairs = (seconds(pattern, how, twice) / seconds(pattern, how, text) for _ in range(5))
            return min(pairs)
    return 1.0


@pytest.fixture(scope="module")
def found():
    # Not while tests are collected: modules set levels of loggers when they are imported.
    return patterns()


def test_patterns_of_all_modules_are_found(found):
    assert len(found) > 40
    assert any("RecName" in name for name in found) and any("xl/" in name for name in found)
    assert {how for _, how in found.values()} == {"search", "match", "fullmatch"}


def test_patterns_take_time_in_proportion_to_the_text(found):
    worst = {
        (name, piece, end): ratio(pattern, how, piece, end)
        for name, (pattern, how) in found.items()
        for piece in PIECES
        for end in ENDS
    }
    assert {case: value for case, value in worst.items() if value > 2.5} == {}


def test_quadratic_pattern_would_be_found():
    assert ratio(re.compile(r"^(.*?)\s*\[(x+)\]$"), "match", " ", "y") > 2.5
