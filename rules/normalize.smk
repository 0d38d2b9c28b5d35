# DATASETS -> results/{dataset}/sequences.fasta, sequences.parquet

from steps.workflow import limit_options


rule normalize:
    """Parse and validate a FASTA file; reduce its headers to identifiers."""
    input:
        source=lookup(dpath="{dataset}", within=DATASETS),
    output:
        fasta="results/{dataset}/sequences.fasta",
        table="results/{dataset}/sequences.parquet",
        report="results/{dataset}/reports/normalize.json",
    log:
        "logs/{dataset}/normalize.log",
    benchmark:
        "benchmarks/{dataset}/normalize.tsv"
    conda:
        "../envs/steps.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000, 4),
        runtime=growing(30),
    params:
        limits=limit_options(SETTINGS),
        # A file that an older one replaced is another one.
        content=lambda wildcards: content_of(DATASETS[wildcards.dataset]),
    message:
        "Reading {input.source}"
    shell:
        "python -m steps normalize {input.source:q} {params.limits:q}"
        " --fasta {output.fasta:q} --table {output.table:q}"
        " --report {output.report:q} --log {log:q}"
