"""Stage embed: sequences.parquet becomes one embedding per protein, in HDF5."""
