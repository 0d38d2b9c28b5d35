# annotations and embeddings of a data set -> results/{dataset}/transferred.parquet


rule transfer:
    """Fill missing annotations from the nearest neighbour in embedding space (EAT)."""
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
    # The distances must not depend on the number of threads.
    threads: 1
    resources:
        mem_mb=growing(2000, 8),
        runtime=growing(60),
    params:
        transfer=SETTINGS.transfer,
        annotations=SETTINGS.annotations,
    message:
        "Transferring annotations of {wildcards.dataset}"
    shell:
        "python -m steps transfer {input.annotations:q} --embeddings {input.embeddings:q}"
        " --transfer {params.transfer:q} --requested {params.annotations:q}"
        " --output {output.transferred:q} --origins {output.origins:q}"
        " --report {output.report:q} --log {log:q}"
