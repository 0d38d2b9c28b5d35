"""Read BibTeX strictly: what no reader of it would take is an error."""

import re

_HEAD = re.compile(r"@(article|inproceedings|misc)\{([a-z]+\d{4}),\n")
_FIELD = re.compile(r"  ([a-z]+) = \{")


def read_bibtex(text: str) -> dict[str, dict[str, str]]:
    """Return key -> fields; the type is the field `type`. Braces are kept.

    Raises:
        ValueError: with the place that cannot be read.
    """
    entries: dict[str, dict[str, str]] = {}
    place = 0
    while place < len(text):
        head = _at(_HEAD, text, place)
        if head[2] in entries:
            raise ValueError(f"{head[2]} is there twice")
        entries[head[2]], place = _fields(text, head.end(), head[1])
    return entries


def _fields(text: str, place: int, kind: str) -> tuple[dict[str, str], int]:
    found = {"type": kind}
    while True:
        field = _at(_FIELD, text, place)
        end = _closing(text, field.end())
        found[field[1]] = text[field.end() : end]
        ending = _at(re.compile(r"\}(,\n|\n\}\n\n?)"), text, end)
        place = ending.end()
        if ending[1] != ",\n":
            return found, place


def _closing(text: str, place: int) -> int:
    """Return the place of the brace that closes the value which begins here."""
    depth = 1
    for found in re.finditer(r"\\.|[{}#%&]", text[place:]):
        if len(found[0]) == 2:
            continue
        if found[0] not in "{}":
            raise ValueError(f"{found[0]} is not escaped: {text[place : place + 60]!r}")
        depth += 1 if found[0] == "{" else -1
        if depth == 0:
            return place + found.start()
    raise ValueError(f"no end: {text[place : place + 60]!r}")


def _at(pattern: re.Pattern[str], text: str, place: int) -> re.Match[str]:
    if not (found := pattern.match(text, place)):
        raise ValueError(f"not BibTeX: {text[place : place + 60]!r}")
    return found
