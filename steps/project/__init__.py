"""Stage project: embeddings become coordinates in two dimensions."""
