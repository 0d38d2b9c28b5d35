"""Annotate by group `header`: fields of the FASTA header (UniProt, UniRef and NCBI conventions).

`protein_name`, `gene_name`, `uniprot_kb_id`, `protein_existence` and `reviewed` have the column
names and the values that protspace makes of UniProt's answers. `taxon_id` is written
`NCBITaxon:9606`: the web app shows bare numbers as a scale.
"""

import pyarrow as pa

from steps.annotate.cells import encode

TEXT = (
    "protein_name",
    "gene_name",
    "uniprot_kb_id",
    "organism",
    "protein_existence",
    "reviewed",
)
NAMES = (*TEXT, "taxon_id")
packages: tuple[str, ...] = ()


def columns(sequences: pa.Table) -> dict[str, pa.Array]:
    """Return text columns of the header fields of sequences.parquet."""
    found = {name: encode(sequences[name].to_pylist()) for name in TEXT}
    taxa = sequences["taxon_id"].to_pylist()
    found["taxon_id"] = pa.array(
        [None if taxon is None else f"NCBITaxon:{taxon}" for taxon in taxa], pa.string()
    )
    return found
