"""Stage bundle: write annotations and projections as a .parquetbundle."""
