"""Columns of all remote sources for the proteins of a data set."""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pyarrow as pa
from protspace.data.annotations.manager import resolve_fasta_sequence_length
from protspace.data.annotations.merging import AnnotationMerger, ProteinAnnotations
from protspace.data.annotations.transformers.transformer import AnnotationTransformer

from steps.annotate.remote.accessions import accession_of
from steps.annotate.remote.batches import FetchOptions, Outcome, fetch
from steps.annotate.remote.catalogue import SOURCES, sources_of
from steps.annotate.remote.code_names import CATH, CLANS, ENZYMES, MEMBERS, Names, Reference
from steps.annotate.remote.missing import MissingAnnotations, SourceCounts, ends
from steps.annotate.remote.source import Source, Values
from steps.annotate.remote.sources import InterPro, Taxonomy, Ted, UniProt, md5
from steps.cache import sequence_digest

if TYPE_CHECKING:
    from steps.cache.run_cache import RunCache

# Its warnings name URLs and classes; `missing` has the same in sentences.
logging.getLogger("protspace").setLevel(logging.ERROR)


class RemoteColumns:
    """Annotations of proteins, fetched from the remote sources that have them.

    Args:
        proteins: identifier -> sequence, empty where it is not known.
        wanted: single annotations.
        cache: where answers are looked up and stored.
        options: how sources are asked.
        advance: called with numbers of proteins while they are fetched, of each source.
        known: answers of UniProt by accession, which it is not asked for.
    """

    def __init__(
        self,
        proteins: dict[str, str],
        wanted: Sequence[str],
        cache: "RunCache",
        options: FetchOptions,
        advance: Callable[[int], None] = lambda proteins: None,
        known: Mapping[str, Values] | None = None,
    ) -> None:
        self.proteins, self.wanted, self.known = proteins, list(wanted), known or {}
        self.needed = sources_of(self.wanted)
        self.cache, self.options, self.advance = cache, options, advance
        #: Name of each source that was needed -> its answers.
        self.outcomes: dict[str, Outcome] = {}
        #: Files of code names that are not there; answers that lack them are not cached.
        self.unnamed: list[Reference] = []

    def columns(self) -> dict[str, pa.Array]:
        """Return text columns in protspace's cell grammar; an empty cell is null."""
        # Before the parallel requests, each of which would fetch these files for itself.
        for reference in (CATH, MEMBERS):
            self._names(reference)
        with ThreadPoolExecutor(3) as pool:
            accessions = [found for key in self.proteins if (found := accession_of(key))]
            domains = pool.submit(self._fetch, Ted(), accessions)
            self._fetch(UniProt(), accessions)
            list(pool.map(lambda fetch: fetch(), (self._taxonomy, self._interpro, self._predict)))
            domains.result()
        rows = self._transformed()
        return {
            name: pa.array([row.get(name) or None for row in rows], pa.string())
            for name in self.wanted
        }

    def missing(self) -> MissingAnnotations:
        """Return what `columns` could not fetch."""
        sources = {
            name: SourceCounts(
                *(it.label, it.stored, it.asked, self._not_fetched(name), it.reason),
                ends([day.isoformat() for day in it.days]),
            )
            for name, it in self.outcomes.items()
        }
        unnamed = {reference.label: sorted(reference.annotations) for reference in self.unnamed}
        return MissingAnnotations(len(self.proteins), sources, unnamed)

    def _not_fetched(self, source: str) -> list[str]:
        missing = self.outcomes[source].missing
        key = self._keys()[source]
        lost = {each for each in self.proteins if key(each) in missing}
        if source == "taxonomy":
            # Without its UniProt entry the organism of a protein is unknown.
            entries = self.outcomes["uniprot"].missing
            lost |= {each for each in self.proteins if _accession(each) in entries}
        return [each for each in self.proteins if each in lost]

    def _keys(self) -> dict[str, Callable[[str], str]]:
        """Return the function identifier -> key of each source; without one the key is empty."""
        return {
            "uniprot": _accession,
            "taxonomy": self._taxon,
            "interpro": self._md5,
            "ted": _accession,
            "biocentral": self._digest,
        }

    def _fetch(self, source: Source, keys: Sequence[str]) -> None:
        wanted: Sequence[str] | None = self.needed.get(source.name)
        if not wanted:
            return
        if source.name == "uniprot":
            # The keys of the other sources follow from the whole entry.
            wanted = SOURCES["uniprot"]
        progress = _SourceProgress(len(self.proteins), len(set(keys)), self.advance)
        keep = not any(each.annotations.intersection(wanted) for each in self.unnamed)
        known = self._known(source, keys)
        asked = [key for key in keys if key not in known]
        found = fetch(source, asked, wanted, self.cache, self.options, progress.advance, keep=keep)
        found.answers |= known
        found.stored += len(known)
        progress.complete()
        self.outcomes[source.name] = found

    def _known(self, source: Source, keys: Sequence[str]) -> dict[str, Values]:
        """Return the answers that came with the sequences."""
        if source.name != "uniprot":
            return {}
        return {key: self.known[key] for key in keys if key in self.known}

    def _uniprot(self, identifier: str) -> Values:
        return self.outcomes["uniprot"].answers.get(_accession(identifier), {})

    def _taxonomy(self) -> None:
        self._fetch(Taxonomy(), [taxon for key in self.proteins if (taxon := self._taxon(key))])

    def _taxon(self, identifier: str) -> str:
        taxon = self._uniprot(identifier).get("organism_id", "")
        return taxon if taxon.isdecimal() else ""

    def _interpro(self) -> None:
        self._fetch(InterPro(), [found for key in self.proteins if (found := self._md5(key))])

    def _md5(self, identifier: str) -> str:
        # UniProt's sequence where the protein is an entry: InterPro's matches are those of entries.
        entry = self._uniprot(identifier) if _is_entry(identifier) else {}
        sequence = entry.get("sequence") or self.proteins[identifier]
        return md5(sequence) if sequence else ""

    def _predict(self) -> None:
        wanted = self.needed.get("biocentral")
        if not wanted:
            return
        # Loads Biocentral's client library, which takes a second.
        from steps.annotate.remote.predictions import Predictions

        # No model knows J (Leu or Ile).
        sequences = {
            self._digest(key): sequence.replace("J", "X")
            for key, sequence in self.proteins.items()
            if sequence
        }
        source = Predictions(self.options.biocentral_url, wanted, sequences)
        self._fetch(source, list(sequences))

    def _digest(self, identifier: str) -> str:
        sequence = self.proteins[identifier]
        return sequence_digest(sequence).hex() if sequence else ""

    def _transformed(self) -> list[Values]:
        """Return the cells of each protein, as protspace merges and formats answers."""
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
        if not entry["length"] or not _is_entry(identifier):
            entry["length"] = resolve_fasta_sequence_length(identifier, "", self.proteins)
        return entry

    def _answers(self, source: str) -> dict[str, Values]:
        return self.outcomes[source].answers if source in self.outcomes else {}

    def _only(self, source: str, values: Values) -> Values:
        # The clan is looked up by the family.
        more = ["pfam"] if "pfam_clan" in self.needed[source] else []
        return {name: values.get(name, "") for name in (*self.needed[source], *more)}

    def _of_each(self, source: str) -> list[ProteinAnnotations]:
        answers, key = self._answers(source), self._keys()[source]
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

    def _names(self, reference: Reference) -> Names:
        """Return the names of a file, if a wanted annotation has codes that it names."""
        if not reference.annotations.intersection(self.wanted):
            return {}
        names = reference.names(self.options.offline, self.options.references)
        if not names:
            self.unnamed.append(reference)
        return names


def _accession(identifier: str) -> str:
    return accession_of(identifier) or ""


def _is_entry(identifier: str) -> bool:
    """Return whether the protein is a UniProt entry itself, not an isoform or a part of it."""
    return accession_of(identifier) == identifier


class _SourceProgress:
    """Progress of one source in proteins, though its keys (taxa, sequences) are fewer."""

    def __init__(self, proteins: int, keys: int, report: Callable[[int], None]) -> None:
        self._proteins, self._keys, self._report = proteins, max(keys, 1), report
        self._done = self._reported = 0

    def advance(self, keys: int) -> None:
        self._done += keys
        self._report_up_to(self._proteins * self._done // self._keys)

    def complete(self) -> None:
        self._report_up_to(self._proteins)

    def _report_up_to(self, proteins: int) -> None:
        if proteins > self._reported:
            self._report(proteins - self._reported)
            self._reported = proteins
