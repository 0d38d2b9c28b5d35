# results/{dataset}/sequences.parquet -> results/{dataset}/embeddings/{embedder}.h5

from steps.workflow import (
    cache_options,
    embedding_options,
    embedding_threads,
    given_options,
    gpus,
    request_options,
)

# Embedder as in paths -> its embeddings in the results of the map that the run grows.
ONTO_EMBEDDINGS = {name: ONTO.embeddings(name) for name in EMBEDDERS if ONTO}
ONTO_REPORTS = {name: ONTO.report(name) for name in EMBEDDERS if ONTO}


rule embed:
    """Embed each protein with one model, equal sequences once; or take embeddings from files."""
    input:
        sequences="results/{dataset}/sequences.parquet",
        files=lookup(dpath="{embedder}", within=GIVEN, default=[]),
        onto=lookup(dpath="{embedder}", within=ONTO_EMBEDDINGS, default=[]),
        onto_report=lookup(dpath="{embedder}", within=ONTO_REPORTS, default=[]),
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
        given=given_options(SETTINGS),
        content=lambda wildcards: content_of(*GIVEN.get(wildcards.embedder, [])),
        shard="",
    message:
        "Embedding {wildcards.dataset} with {wildcards.embedder}"
    shell:
        "python -m steps embed {input.sequences:q} --embedder {wildcards.embedder:q}"
        " {params.model:q} {params.cache:q} {params.requests:q} {params.shard}"
        " --file {input.files:q} {params.given:q}"
        " --onto {input.onto:q} --onto-report {input.onto_report:q}"
        " --output {output.embeddings:q} --report {output.report:q} --log {log:q}"
