# results/{dataset}/sequences.parquet, tables of the user -> results/{dataset}/annotations.parquet

from steps.workflow import cache_options, cell_options


rule annotate:
    """Collect annotations from remote sources, headers, sequences and the user's tables."""
    input:
        sequences="results/{dataset}/sequences.parquet",
        tables=SETTINGS.annotation_tables,
        entries=lookup(dpath="{dataset}", within=ENTRIES, default=[]),
        fetched=[],
        onto=branch(ONTO, then=ONTO and ONTO.annotations),
    output:
        annotations="results/{dataset}/annotations.parquet",
        report="results/{dataset}/reports/annotate.json",
    log:
        "logs/{dataset}/annotate.log",
    benchmark:
        "benchmarks/{dataset}/annotate.tsv"
    conda:
        "../envs/steps.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000, 20),
        runtime=growing(60, 1),
    params:
        annotations=cell_options(SETTINGS),
        cache=cache_options(SETTINGS),
        content=lambda wildcards: content_of(*SETTINGS.annotation_tables, *ONTO_FILES),
    message:
        "Annotating {wildcards.dataset}"
    shell:
        "python -m steps annotate {input.sequences:q} {params.annotations:q} {params.cache:q}"
        " --entries {input.entries:q} --fetched {input.fetched:q} --onto {input.onto:q}"
        " --output {output.annotations:q} --report {output.report:q} --log {log:q}"
