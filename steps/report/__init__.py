"""Stage report: write provenance.json and previews."""
