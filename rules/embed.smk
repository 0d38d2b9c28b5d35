# results/{dataset}/sequences.parquet -> results/{dataset}/embeddings/{embedder}.h5

from steps.workflow import (
    cache_options,
    embedding_options,
    embedding_threads,
    gpus,
    request_options,
)


rule embed:
    """Embed each protein with one model; equal sequences are embedded once."""
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
        GROUP
    conda:
        "../envs/steps.yaml"
    threads: embedding_threads(SETTINGS)
    resources:
        mem_mb=growing(4000, 20),
        runtime=growing(60, 2),
        gpu=gpus(SETTINGS),
    params:
        model=embedding_options(SETTINGS),
        cache=cache_options(SETTINGS),
        requests=request_options(SETTINGS),
        shard="",
    message:
        "Embedding {wildcards.dataset} with {wildcards.embedder}"
    shell:
        "python -m steps embed {input.sequences:q} --embedder {wildcards.embedder:q}"
        " {params.model:q} {params.cache:q} {params.requests:q} {params.shard}"
        " --output {output.embeddings:q} --report {output.report:q} --log {log:q}"
