# results/{dataset}/sequences.parquet -> results/{dataset}/embeddings/{embedder}.h5


rule embed:
    """Turn each protein into a vector."""
    input:
        sequences="results/{dataset}/sequences.parquet",
    output:
        embeddings="results/{dataset}/embeddings/{embedder}.h5",
        report="results/{dataset}/reports/embed.{embedder}.json",
    log:
        "logs/{dataset}/embed.{embedder}.log",
    benchmark:
        "benchmarks/{dataset}/embed.{embedder}.tsv"
    group:
        MAP
    conda:
        "../envs/steps.yaml"
    threads: SETTINGS.embedding_threads
    resources:
        mem_mb=growing(4000, 20),
        runtime=growing(60, 2),
        gpu=SETTINGS.gpus,
    params:
        model=SETTINGS.embedding_options,
        store=SETTINGS.store_options,
        requests=SETTINGS.request_options,
        shard="",
    message:
        "Embedding {wildcards.dataset} with {wildcards.embedder}"
    shell:
        "python -m steps embed {input.sequences:q} --embedder {wildcards.embedder:q}"
        " {params.model:q} {params.store:q} {params.requests:q} {params.shard}"
        " --output {output.embeddings:q} --report {output.report:q} --log {log:q}"
