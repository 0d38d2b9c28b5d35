"""The methods of a run: paragraphs and references, from its provenance."""

from dataclasses import dataclass
from typing import Any

from steps.report.methods import annotation, branches, embedding, projection, proteins, software
from steps.report.methods.citations import work
from steps.report.methods.run import Run
from steps.report.methods.text import Text, as_markdown, as_plain, keys_in

#: What each paragraph is made of.
_PARTS = (
    (proteins, embedding),
    (projection,),
    (annotation,),
    (branches,),
    (software,),
)


@dataclass(frozen=True)
class Methods:
    """What a run did, as text, and the keys of what it cites, in the order of the text."""

    texts: tuple[Text, ...]
    keys: tuple[str, ...]

    @classmethod
    def of(cls, provenance: dict[str, Any]) -> "Methods":
        """Return the methods that a provenance.json tells; the same of the same reports."""
        run = Run(provenance)
        found = [[each for part in parts for each in part.sentences(run)] for parts in _PARTS]
        texts = tuple(_together(sentences) for sentences in found if sentences)
        return cls(texts, tuple(keys_in(texts)))

    @property
    def paragraphs(self) -> list[str]:
        """Return the paragraphs with citations by authors and year."""
        return [as_plain(text) for text in self.texts]

    @property
    def references(self) -> list[dict[str, str]]:
        """Return the list of references by authors: `text` and `url`."""
        works = sorted(map(work, self.keys), key=lambda each: each.reference.lower())
        return [{"text": each.reference, "url": each.url} for each in works]

    @property
    def bibtex(self) -> str:
        """Return the cited works for BibTeX, by their keys."""
        return "\n".join(work(key).as_bibtex() for key in sorted(self.keys))

    @property
    def markdown(self) -> str:
        """Return the paragraphs for pandoc, which makes citations and references of the keys."""
        return "\n\n".join(map(as_markdown, self.texts)) + "\n"

    def as_dict(self) -> dict[str, Any]:
        """Return paragraphs, references and BibTeX as JSON-ready values."""
        return {
            "paragraphs": self.paragraphs,
            "references": self.references,
            "bibtex": self.bibtex,
        }


def _together(sentences: list[Text]) -> Text:
    found: Text = []
    for sentence in sentences:
        found += [" ", *sentence] if found else sentence
    return found
