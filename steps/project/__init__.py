"""Stage project: reduce embeddings to coordinates in two dimensions."""
