# DATASETS -> results/{dataset}/sequences.fasta, sequences.parquet

from steps.workflow import content_in, limit_options, name_options

# Files of embeddings that are the input together with the first one.
MORE = SETTINGS.input_paths[1:]
# A file of proteins that leave the map which the run grows.
LEAVING = [SETTINGS.without] if SETTINGS.without else []


rule normalize:
    """Parse and validate a FASTA file, or files of embeddings; reduce headers to identifiers."""
    input:
        source=lookup(dpath="{dataset}", within=DATASETS),
        more=MORE,
        onto=branch(ONTO, then=ONTO and ONTO.sequences),
        without=LEAVING,
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
        names=name_options(SETTINGS),
        content=content_in(OWN_FILES, [*MORE, *ONTO_FILES, *LEAVING]),
    message:
        "Reading {input.source}"
    shell:
        "python -m steps normalize {input.source:q} {input.more:q}"
        " {params.limits:q} {params.names:q}"
        " --onto {input.onto:q} --without {input.without:q} --fasta {output.fasta:q} --table {output.table:q}"
        " --report {output.report:q} --log {log:q}"
