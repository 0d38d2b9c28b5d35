"""k-nearest neighbours: of few points exactly, of many through cells; the same on every run."""
