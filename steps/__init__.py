"""The pipeline's steps as plain Python: they know nothing of Snakemake or of HTTP."""
