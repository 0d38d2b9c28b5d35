"""Revisions of embeddings that no embedder has; others are those of embedders."""

#: Imported from a file, which is there no longer perhaps: such embeddings do not expire.
IMPORTED = "imported"
