# RETRIEVED -> results/{dataset}/uniprot.fasta, uniprot.parquet

from steps.workflow import (
    cache_options,
    content_in,
    files_among,
    retrieval_limits,
    retrieval_options,
)

LISTS = files_among(RETRIEVED)
# What other rules take of data sets from UniProt; those from FASTA files have none of it.
ENTRIES = {name: f"results/{name}/uniprot.parquet" for name in RETRIEVED}
RETRIEVALS = {name: f"results/{name}/reports/retrieve.json" for name in RETRIEVED}


rule retrieve:
    """Retrieve the proteins of a UniProt query, or of a list of accessions."""
    input:
        accessions=lookup(dpath="{dataset}", within=LISTS, default=[]),
    output:
        fasta="results/{dataset}/uniprot.fasta",
        entries="results/{dataset}/uniprot.parquet",
        report="results/{dataset}/reports/retrieve.json",
    log:
        "logs/{dataset}/retrieve.log",
    benchmark:
        "benchmarks/{dataset}/retrieve.tsv"
    conda:
        "../envs/steps.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000, 20),
        runtime=growing(120),
    params:
        source=lambda wildcards: RETRIEVED[wildcards.dataset],
        content=content_in(LISTS),
        options=retrieval_options(SETTINGS),
        limits=retrieval_limits(SETTINGS),
        cache=cache_options(SETTINGS),
    message:
        "Retrieving {wildcards.dataset} from UniProt"
    shell:
        "python -m steps retrieve {params.source:q} {params.options:q} {params.limits:q}"
        " {params.cache:q} --output {output.fasta:q} --entries {output.entries:q}"
        " --report {output.report:q} --log {log:q}"
