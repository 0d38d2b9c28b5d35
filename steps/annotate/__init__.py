"""Stage annotate: sequences.parquet becomes annotations.parquet."""
