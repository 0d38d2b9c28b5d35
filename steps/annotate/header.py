"""Group `header`: what the FASTA header itself says (UniProt, UniRef and NCBI styles).

`protein_name`, `gene_name`, `uniprot_kb_id`, `protein_existence` and `reviewed` are named and
worded as protspace does with UniProt's answers. `taxon_id` is written `NCBITaxon:9606`: bare
numbers would be shown as a scale.
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
packages = ()


def columns(sequences: pa.Table) -> dict[str, pa.Array]:
    """Columns from the header fields of sequences.parquet; all text."""
    found = {name: encode(sequences[name].to_pylist()) for name in TEXT}
    taxa = sequences["taxon_id"].to_pylist()
    found["taxon_id"] = pa.array(
        [None if taxon is None else f"NCBITaxon:{taxon}" for taxon in taxa], pa.string()
    )
    return found
