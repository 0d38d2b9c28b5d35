"""Branch similarity: identities of sequences by MMseqs2, and a projection of them."""

#: Most proteins of which all pairs are compared and placed by MDS. Matrix and time of all pairs
#: grow with the square of the number; above, the most similar ones of each protein are kept.
ALL_PAIRS = 5_000
