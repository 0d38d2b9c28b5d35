"""All curated annotations of a data set: the sources asked, the answers put together."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pyarrow as pa
from protspace.data.annotations.manager import resolve_fasta_sequence_length
from protspace.data.annotations.merging import AnnotationMerger, ProteinAnnotations
from protspace.data.annotations.transformers.transformer import AnnotationTransformer

from steps.annotate.remote.batches import Outcome, Rules, fetch
from steps.annotate.remote.catalogue import SOURCES, sources_of
from steps.annotate.remote.code_names import CATH, CLANS, ENZYMES, MEMBERS, Reference
from steps.annotate.remote.predictions import Predictions
from steps.annotate.remote.source import Source, Values
from steps.annotate.remote.sources import InterPro, Taxonomy, Ted, UniProt, is_accession, md5
from steps.cache import sequence_digest

if TYPE_CHECKING:
    from steps.cache.cache import Cache

# Its warnings name URLs and classes; ours say the same in sentences.
logging.getLogger("protspace").setLevel(logging.ERROR)


class Curated:
    """The proteins of a data set (identifier -> sequence) and what is known about them.

    `outcomes` has one entry for each source that was needed.
    """

    def __init__(
        self,
        proteins: dict[str, str],
        wanted: Sequence[str],
        cache: "Cache",
        rules: Rules,
        biocentral_url: str,
        advance: Callable[[int], None] = lambda done: None,
    ):
        self.proteins, self.wanted = proteins, list(wanted)
        self.needed = sources_of(self.wanted)
        self.cache, self.rules, self.advance = cache, rules, advance
        self.biocentral_url = biocentral_url
        self.outcomes: dict[str, Outcome] = {}
        #: Files of names that are not there: an answer that lacks them is not kept.
        self.unnamed: list[Reference] = []

    def columns(self) -> dict[str, pa.Array]:
        """Text columns in protspace's cell grammar; null where a cell is empty."""
        # Before the requests in parallel, each of which would fetch these files for itself.
        for reference in (CATH, MEMBERS):
            self._names(reference)
        with ThreadPoolExecutor(3) as pool:
            accessions = [key for key in self.proteins if is_accession(key)]
            domains = pool.submit(self._fetch, Ted(), accessions)
            self._fetch(UniProt(), accessions)
            list(pool.map(lambda step: step(), (self._taxonomy, self._interpro, self._predict)))
            domains.result()
        rows = self._transformed()
        return {
            name: pa.array([row.get(name) or None for row in rows], pa.string())
            for name in self.wanted
        }

    def not_fetched(self, source: str) -> list[str]:
        """Proteins whose cells of `source` are empty because it did not answer."""
        missing = self.outcomes[source].missing
        key = self._keys().get(source, str)
        lost = {each for each in self.proteins if key(each) in missing}
        if source == "taxonomy":
            # Without its entry nobody knows the organism of a protein.
            lost |= self.outcomes["uniprot"].missing
        return [each for each in self.proteins if each in lost]

    def _keys(self) -> dict[str, Callable[[str], str]]:
        """What each source knows a protein by, where that is not its identifier."""
        return {"taxonomy": self._taxon, "interpro": self._md5, "biocentral": self._digest}

    def _fetch(self, source: Source, keys: Sequence[str]) -> None:
        wanted = self.needed.get(source.name)
        if not wanted:
            return
        if source.name == "uniprot":
            # For the look-ups of the other sources.
            wanted = SOURCES["uniprot"]
        share = _Share(len(self.proteins), len(set(keys)), self.advance)
        keep = not any(each.annotations.intersection(wanted) for each in self.unnamed)
        found = fetch(source, keys, wanted, self.cache, self.rules, share.advance, keep=keep)
        share.complete()
        self.outcomes[source.name] = found

    def _uniprot(self, identifier: str) -> Values:
        return self.outcomes["uniprot"].answers.get(identifier, {})

    def _taxonomy(self) -> None:
        self._fetch(Taxonomy(), [taxon for key in self.proteins if (taxon := self._taxon(key))])

    def _taxon(self, identifier: str) -> str:
        taxon = self._uniprot(identifier).get("organism_id", "")
        return taxon if taxon.isdecimal() else ""

    def _interpro(self) -> None:
        self._fetch(InterPro(), [self._md5(key) for key in self.proteins])

    def _md5(self, identifier: str) -> str:
        # UniProt's sequence where there is one: InterPro's matches are those of UniProt's entries.
        return md5(self._uniprot(identifier).get("sequence") or self.proteins[identifier])

    def _predict(self) -> None:
        sequences = {self._digest(key): sequence for key, sequence in self.proteins.items()}
        wanted = self.needed.get("biocentral", [])
        self._fetch(Predictions(self.biocentral_url, wanted, sequences), list(sequences))

    def _digest(self, identifier: str) -> str:
        return sequence_digest(self.proteins[identifier]).hex()

    def _transformed(self) -> list[Values]:
        merged = AnnotationMerger().merge(
            [ProteinAnnotations(key, self._entry(key)) for key in self.proteins],
            {
                int(taxon): {"annotations": self._only("taxonomy", values)}
                for taxon, values in self._answers("taxonomy").items()
            },
            *(self._of_each(source) for source in ("interpro", "ted", "biocentral")),
        )
        return [protein.annotations for protein in self._transformer().transform(merged)]

    def _entry(self, identifier: str) -> Values:
        entry = dict.fromkeys(SOURCES["uniprot"], "") | self._uniprot(identifier)
        if not entry["length"]:
            entry["length"] = resolve_fasta_sequence_length(identifier, "", self.proteins)
        return entry

    def _answers(self, source: str) -> dict[str, Values]:
        return self.outcomes[source].answers if source in self.outcomes else {}

    def _only(self, source: str, values: Values) -> Values:
        # The clan is read off the family.
        more = ["pfam"] if "pfam_clan" in self.needed[source] else []
        return {name: values.get(name, "") for name in (*self.needed[source], *more)}

    def _of_each(self, source: str) -> list[ProteinAnnotations]:
        answers, key = self._answers(source), self._keys().get(source, str)
        return [
            ProteinAnnotations(each, self._only(source, answers[key(each)]))
            for each in self.proteins
            if key(each) in answers
        ]

    def _transformer(self) -> AnnotationTransformer:
        transformer = AnnotationTransformer()
        transformer._ec_name_map = self._names(ENZYMES) if self._has_enzymes() else {}
        transformer._pfam_clan_map = self._names(CLANS)
        return transformer

    def _has_enzymes(self) -> bool:
        return any(self._uniprot(each).get("ec") for each in self.proteins)

    def _names(self, reference: Reference) -> dict:
        """The names of a reference file, where an annotation needs them."""
        if not reference.annotations.intersection(self.wanted):
            return {}
        names = reference.names(self.rules.offline, self.rules.references)
        if not names:
            self.unnamed.append(reference)
        return names


class _Share:
    """Progress of one source, told as proteins: taxa and sequences are fewer than they."""

    def __init__(self, proteins: int, keys: int, tell: Callable[[int], None]):
        self._proteins, self._keys, self._tell = proteins, max(keys, 1), tell
        self._done = self._told = 0

    def advance(self, keys: int) -> None:
        self._done += keys
        self._to(self._proteins * self._done // self._keys)

    def complete(self) -> None:
        self._to(self._proteins)

    def _to(self, proteins: int) -> None:
        if proteins > self._told:
            self._tell(proteins - self._told)
            self._told = proteins
