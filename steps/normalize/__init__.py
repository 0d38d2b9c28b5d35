"""Stage normalize: a FASTA file becomes sequences.fasta and sequences.parquet."""
