# annotations and embeddings of a data set -> results/{dataset}/transferred.parquet

from steps.workflow import transfer_options


rule transfer:
    """Fill missing annotations from the nearest neighbours in embedding space (EAT)."""
    input:
        annotations="results/{dataset}/annotations.parquet",
        embeddings=f"results/{{dataset}}/embeddings/{EMBEDDERS[0]}.h5",
    output:
        transferred="results/{dataset}/transferred.parquet",
        origins="results/{dataset}/transferred.tsv",
        report="results/{dataset}/reports/transfer.json",
    log:
        "logs/{dataset}/transfer.log",
    benchmark:
        "benchmarks/{dataset}/transfer.tsv"
    conda:
        "../../envs/steps.yaml"
    # The search may use more (--set-threads transfer=4); the labels do not depend on it.
    threads: 1
    resources:
        mem_mb=growing(2000, 8),
        runtime=growing(60),
    params:
        options=transfer_options(SETTINGS),
    message:
        "Transferring annotations of {wildcards.dataset}"
    shell:
        "python -m steps transfer {input.annotations:q} --embeddings {input.embeddings:q}"
        " {params.options:q} --threads {threads}"
        " --output {output.transferred:q} --origins {output.origins:q}"
        " --report {output.report:q} --log {log:q}"
