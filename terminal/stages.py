"""The stages that a run is shown by, and the rules that they are made of."""

#: Stage -> its rules, in the order of a run. Rule all makes nothing.
STAGES = {
    "Retrieving": ("retrieve",),
    "Reading": ("normalize", "normalize_references"),
    "Embedding": ("embed", "embed_shard", "merge_embeddings", "embed_references"),
    "Annotating": ("annotate", "annotate_shard", "annotate_merged", "transfer", "rank"),
    "Projecting": ("project", "similarity", "project_similarity", "neighbours", "statistics"),
    "Bundling": ("styles", "bundle", "export"),
    "Drawing": ("provenance", "methods", "preview", "html"),
}
_OF_RULE = {rule: stage for stage, rules in STAGES.items() for rule in rules}
#: Of rules that are not ours.
OTHER = "Other jobs"


def stage_of(rule: str) -> str | None:
    """Return the stage of a rule; `None` of one that makes nothing."""
    return None if rule == "all" else _OF_RULE.get(rule, OTHER)
