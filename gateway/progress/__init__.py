"""From the job log of Snakemake to the events that clients follow."""
