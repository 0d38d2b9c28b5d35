"""The HTTP gateway: an upload becomes a Snakemake run directory. It knows runs, not proteins."""
