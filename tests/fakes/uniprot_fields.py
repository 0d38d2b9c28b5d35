"""The parameter `fields` of the faked UniProtKB: which parts of an entry are sent."""

#: Field -> the key of an entry, and which of a list are sent.
_FIELDS = {
    "accession": ("primaryAccession", None),
    "id": ("uniProtkbId", None),
    "reviewed": ("entryType", None),
    "protein_name": ("proteinDescription", None),
    "ec": ("proteinDescription", None),
    "fragment": ("proteinDescription", None),
    "gene_names": ("genes", None),
    "organism_name": ("organism", None),
    "organism_id": ("organism", None),
    "protein_existence": ("proteinExistence", None),
    "sequence": ("sequence", None),
    "length": ("sequence", None),
    "sequence_version": ("entryAudit", None),
    "annotation_score": ("annotationScore", None),
    "keyword": ("keywords", None),
    "cc_function": ("comments", "FUNCTION"),
    "cc_subcellular_location": ("comments", "SUBCELLULAR LOCATION"),
    "protein_families": ("comments", "SIMILARITY"),
    "go": ("uniProtKBCrossReferences", "GO"),
    "xref_pdb": ("uniProtKBCrossReferences", "PDB"),
}
_ALWAYS = {"entryType", "primaryAccession", "inactiveReason", "extraAttributes"}


def wrong_fields(fields: str | None) -> list[str]:
    """Return UniProt's messages on the fields; none if it knows all of them."""
    wrong = [name for name in (fields or "accession").split(",") if name not in _FIELDS]
    return [f"Invalid fields parameter value '{name}'" for name in wrong]


def only(fields: str | None, record: dict) -> dict:
    """Return these fields of an entry; without any, the whole entry."""
    if fields is None:
        return record
    kinds: dict[str, set[str | None]] = {key: {None} for key in _ALWAYS}
    for name in fields.split(","):
        key, kind = _FIELDS[name]
        kinds.setdefault(key, set()).add(kind)
    sent = {key: _of_kind(record[key], wanted) for key, wanted in kinds.items() if key in record}
    return {key: value for key, value in sent.items() if value != []}


def _of_kind(value: object, kinds: set[str | None]) -> object:
    if None in kinds:
        return value
    assert isinstance(value, list)
    return [each for each in value if {each.get("commentType"), each.get("database")} & kinds]
