"""Tell names of organisms from other text in brackets, such as `[Fe]` or `[acyl-carrier-protein]`.

The names are those of the NCBI taxonomy: a capital, then lower-case words; digits only in strains.
"""

import re

_LONGEST = 200
_GENUS = re.compile(r"[A-Z][a-z]+(?:-[a-z]+)?|[A-Z]\.", re.ASCII)
_SINGLE = re.compile(r"[A-Z][a-z]{3,}", re.ASCII)
_EPITHET = re.compile(r"[a-z][a-z-]*[a-z]\.?|x|×")
#: Ends of words that no protein has: viruses, and microbes without a genus.
_KIND = re.compile(
    r"(?:virus(?:-[0-9]+)?|viruses|viroid|phage|viridae|virales|viricetes|virinae|satellite|bacterium|archaeon"
    r"|endosymbiont)$"
)
_LOWER = re.compile(r"uncultured|unclassified|unidentified|synthetic|environmental|candidate")
_LOWER_ENDS = ("metagenome", "metagenomes")
#: Words of protein names: a bracket with one of them belongs to the name.
_OF_PROTEINS = re.compile(
    r"proteins?|factor|cofactor|subunit|chain|domain|isoform|precursor|fragments?|complex|contains"
    r"|includes|imported|validated|similarity|partial|putative|probable|predicted|hypothetical"
    r"|uncharacterized|clustered|copper|iron|zinc|nickel|cobalt|manganese|magnesium|calcium"
    r"|potassium|sodium|silver|selenium|heme"
)
_ENZYMES = ("ase", "ases", "ing")


def reads_like_organism(text: str) -> bool:
    """Return whether a text is written as the name of an organism, a virus or a higher taxon."""
    words = text.split()
    # Strains have them: `CAG:19`, `DSM 46621 = ATCC 6841`.
    if not words or len(text) > _LONGEST or "|" in text or set("".join(words[:2])) & set("=:"):
        return False
    lower = [word.lower().strip("()'\",") for word in words]
    if any(_OF_PROTEINS.fullmatch(word) for word in lower):
        return False
    if any(_KIND.search(word) for word in lower):
        return True
    if any(word.endswith(_ENZYMES) for word in lower):
        return False
    if len(words) == 1:
        return bool(_SINGLE.fullmatch(words[0].strip("'")))
    if _LOWER.fullmatch(lower[0]) or lower[-1] in _LOWER_ENDS:
        return True
    return _is_genus(words[0]) and (words[0] == "Candidatus" or _is_epithet(words[1]))


def _is_genus(word: str) -> bool:
    return bool(_GENUS.fullmatch(word.strip("'[]")))


def _is_epithet(word: str) -> bool:
    return bool(_EPITHET.fullmatch(word.strip("'")))
