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
    conda:
        "../envs/steps.yaml"
    threads: SETTINGS.embedding_threads
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        model=SETTINGS.embedding_options,
        store=SETTINGS.store_options,
        requests=SETTINGS.request_options,
        shard="",
    message:
        "Embedding {wildcards.dataset} with {wildcards.embedder}"
    shell:
        "python -m steps.embed {input.sequences:q} --embedder {wildcards.embedder:q}"
        " {params.model:q} {params.store:q} {params.requests:q} {params.shard}"
        " --output {output.embeddings:q} --report {output.report:q} --log {log:q}"
