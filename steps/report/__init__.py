"""Stage report: provenance.json and previews, for people."""
