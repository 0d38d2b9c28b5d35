"""Queries of the faked UniProtKB: which are malformed; and entries as FASTA."""

import re

#: Some of UniProt's search fields.
_FIELDS = {
    *("accession", "active", "cc_function", "ec", "existence", "family", "fragment", "gene", "go"),
    *("id", "keyword", "length", "name", "organism_id", "organism_name", "protein_name"),
    *("proteome", "reviewed", "sec_acc", "taxonomy_id", "xref"),
}
_TERM = re.compile(r"(?<![\\\w])([a-z_]+):")


def faults(query: str) -> list[str]:
    """Return UniProt's messages on a query; none for a well-formed one."""
    if not query:
        return ["'query' is a required parameter"]
    unquoted = re.sub(r'"[^"]*"', "", query)
    loose = re.search(r"^\s*(?:AND|OR)\b|\b(?:AND|OR|NOT)\s*(?:\)|$)|\(\s*\)", unquoted)
    if loose or '"' in unquoted or unquoted.count("(") != unquoted.count(")"):
        return ["query parameter has an invalid syntax"]
    names = [name for name in _TERM.findall(unquoted) if name not in _FIELDS]
    return [f"'{name}' is not a valid search field" for name in names]


def fasta(record: dict) -> str:
    """Return the record of an entry in a FASTA file."""
    database = "tr" if "TrEMBL" in record["entryType"] else "sp"
    described = record["proteinDescription"]
    names = described.get("recommendedName") or described["submissionNames"][0]
    flag = " (Fragment)" if "Fragment" in described.get("flag", "") else ""
    genes = [f" GN={gene['geneName']['value']}" for gene in record.get("genes", [])]
    organism = record["organism"]
    header = (
        f">{database}|{record['primaryAccession']}|{record['uniProtkbId']} "
        f"{names['fullName']['value']}{flag} OS={organism['scientificName']} "
        f"OX={organism['taxonId']}{''.join(genes)} PE={record['proteinExistence'][0]} "
        f"SV={record['entryAudit']['sequenceVersion']}"
    )
    sequence = record["sequence"]["value"]
    lines = [sequence[start : start + 60] for start in range(0, len(sequence), 60)]
    return "\n".join([header, *lines, ""])
