"""Stage bundle: annotations and projections become a .parquetbundle."""
