"""Branch transfer: labels of proteins from their nearest neighbours in the embedding."""
