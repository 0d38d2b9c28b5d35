"""Stage annotate: collect the annotations of each protein."""
