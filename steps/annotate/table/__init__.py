"""Annotations from the user's own tables (.csv, .tsv, .txt)."""
