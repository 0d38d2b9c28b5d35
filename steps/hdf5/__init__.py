"""Read embeddings that others have written: HDF5, with a dataset for each protein.

protspace, bio_embeddings, biotrainer, ProtTrans and UniProt write such files. docs/input.md says
which forms are read and how proteins and embedders get their names.
"""
