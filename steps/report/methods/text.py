"""Sentences with citations, and how they are written: as plain text, or for pandoc."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from steps.report.methods.citations import keys_of, work


@dataclass(frozen=True)
class Cited:
    """Works that a sentence cites at this place, by their keys."""

    keys: tuple[str, ...]


#: Pieces of a sentence; a space goes before a citation, none before other pieces.
type Text = list[str | Cited]

#: What Markdown and pandoc's citations would take for their own.
_MARKUP = re.compile(r"[\\`*\[\]<>@$~^|#]|(?<![^\W_])_|_(?![^\W_])")


def cite(kind: str, *names: str) -> Text:
    """Return a citation of the works of some things of a kind, each once; nothing without any."""
    keys = dict.fromkeys(key for name in names for key in keys_of(kind, name))
    return [Cited(tuple(keys))] if keys else []


def joined(items: Sequence[Text], between: str = ", ", last: str = " and ") -> Text:
    """Return items as `a, b and c`."""
    found: Text = []
    for place, item in enumerate(items):
        if place:
            found.append(last if place == len(items) - 1 else between)
        found += item
    return found


def listed(words: Sequence[str]) -> str:
    """Return words as `a, b and c`."""
    return "".join(str(part) for part in joined([[word] for word in words]))


def quoted(text: str) -> str:
    """Return a text of the user in quotes, on one line."""
    return f"‘{' '.join(text.split())}’"


def number(value: float) -> str:
    """Return a number for readers: thousands with commas, others with four digits."""
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}".replace("e-0", "e-")


def counted(count: int, noun: str, nouns: str = "") -> str:
    """Return a count with its noun."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def percent(share: float) -> str:
    """Return a share, 0 to 1, in percent."""
    return f"{100 * share:.1f} %"


def keys_in(paragraphs: Sequence[Text]) -> list[str]:
    """Return the keys of all cited works, each once, in the order of the text."""
    return list(dict.fromkeys(key for text in paragraphs for key in _keys(text)))


def _keys(text: Text) -> Iterator[str]:
    for part in text:
        yield from part.keys if isinstance(part, Cited) else ()


def as_plain(text: Text) -> str:
    """Return a text with citations by authors and year."""
    return "".join(
        f" ({'; '.join(work(key).label for key in part.keys)})" if isinstance(part, Cited) else part
        for part in text
    )


def as_markdown(text: Text) -> str:
    """Return a text in Markdown, with citations as pandoc and references.bib have them."""
    return "".join(
        f" [{'; '.join(f'@{key}' for key in part.keys)}]"
        if isinstance(part, Cited)
        else _MARKUP.sub(lambda found: f"\\{found[0]}", part)
        for part in text
    )
