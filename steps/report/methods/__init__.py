"""What a run did, as text for a paper: methods, references, BibTeX."""
