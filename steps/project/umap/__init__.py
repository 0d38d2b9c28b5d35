"""UMAP: exact k-nearest neighbours, umap-learn's graph, and a layout of our own."""
