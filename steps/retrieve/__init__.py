"""Stage retrieve: a UniProt query, or a list of accessions, becomes a FASTA file."""
