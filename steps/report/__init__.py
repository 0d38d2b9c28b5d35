"""What a person reads of a run: provenance.json and previews."""
