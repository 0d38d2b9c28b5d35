"""The processes of a run: Snakemake, the fork server, and jobs of SLURM."""
