"""Works that a text cites: the catalogue beside this module, and how each is written."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CATALOGUE = Path(__file__).with_name("citations.yaml")
#: Ends a list of authors that goes on.
_OTHERS = "others"
#: Fields that say where a work stands.
_PLACES = ("journal", "booktitle", "howpublished")
#: Authors that a reference names; of longer lists, the first ones.
_NAMED = 10


@dataclass(frozen=True)
class Work:
    """One work.

    Attributes:
        key: its key in BibTeX.
        type: type of entry in BibTeX.
        authors: `Family, Given`; a name in braces is no person.
        fields: all other fields of BibTeX, in order.
    """

    key: str
    type: str
    authors: tuple[str, ...]
    fields: dict[str, str]

    @property
    def label(self) -> str:
        """Return authors and year, as a text names the work."""
        families = [_family(author) for author in self.authors if author != _OTHERS]
        if len(self.authors) > 2:
            named = f"{families[0]} et al."
        else:
            named = " and ".join(families) + (
                " et al." if len(families) < len(self.authors) else ""
            )
        return f"{named}, {self.fields['year']}"

    @property
    def url(self) -> str:
        """Return where the work is found; empty where only its journal is known."""
        doi = self.fields.get("doi")
        return f"https://doi.org/{doi}" if doi else self.fields.get("url", "")

    @property
    def reference(self) -> str:
        """Return the entry in a list of references, without the URL."""
        place = next((self.fields[n] for n in _PLACES if n in self.fields), "")
        volume, pages = self.fields.get("volume", ""), self.fields.get("pages", "")
        volume += f"({self.fields['number']})" if "number" in self.fields else ""
        volume = "" if volume == self.fields["year"] else volume
        detail = self.fields.get("eprint") or ", ".join(filter(None, (volume, pages)))
        before = " " if volume or "eprint" in self.fields else ", "
        where = before.join(filter(None, (place, detail.replace("--", "–"))))
        return f"{_names(self.authors)} ({self.fields['year']}). {self.fields['title']}. {where}."

    def as_bibtex(self) -> str:
        """Return the entry for BibTeX, in UTF-8."""
        lines = [f"  author = {{{' and '.join(self.authors)}}}"]
        lines += [f"  {name} = {{{_value(name, text)}}}" for name, text in self.fields.items()]
        return f"@{self.type}{{{self.key},\n" + ",\n".join(lines) + "\n}\n"


def _value(name: str, text: str) -> str:
    """Return a field as BibTeX takes it; braces keep the capitals of a title."""
    if name in ("doi", "url"):
        return text
    escaped = re.sub(r"[&%#]", lambda found: f"\\{found[0]}", text)
    return f"{{{escaped}}}" if name == "title" else escaped


def _family(author: str) -> str:
    return author.strip("{}") if author.startswith("{") else author.partition(", ")[0]


def _names(authors: tuple[str, ...]) -> str:
    known = [_name(author) for author in authors if author != _OTHERS]
    more = len(known) < len(authors) or len(known) > _NAMED
    return ", ".join([*known[:_NAMED], *(["et al."] if more else [])])


def _name(author: str) -> str:
    if author.startswith("{"):
        return author.strip("{}")
    family, _, given = author.partition(", ")
    return f"{family} {''.join(_initial(word) for word in given.split())}".strip()


def _initial(word: str) -> str:
    return "-".join(part[0] for part in word.split("-") if part)


@cache
def catalogue() -> dict[str, Any]:
    """Return the catalogue as it stands in its file."""
    found: dict[str, Any] = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    return found


@cache
def work(key: str) -> Work:
    """Return a work of the catalogue."""
    fields = dict(catalogue()["works"][key])
    kind, authors = fields.pop("type"), tuple(fields.pop("author"))
    return Work(key, kind, authors, {name: str(value) for name, value in fields.items()})


def keys_of(kind: str, name: str) -> tuple[str, ...]:
    """Return the keys of the works of an embedder, a method and so on; none of an unknown one."""
    return tuple(catalogue()["of"][kind].get(name, ()))


def name_of(kind: str, name: str) -> str:
    """Return what a text calls an embedder, a method or a source: `name`, if nothing else."""
    found: str = catalogue()["names"][kind].get(name, name)
    return found
