"""Stage embed: compute one embedding per protein, in HDF5."""
