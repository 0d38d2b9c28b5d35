# rules embed and annotate in shards, for data sets of more than `shard_size` proteins

from steps.workflow import (
    annotation_options,
    cache_options,
    embedding_options,
    given_options,
    request_options,
)


wildcard_constraints:
    shard="[0-9]+-of-[0-9]+",


ruleorder: merge_embeddings > embed
ruleorder: annotate_merged > annotate


use rule embed as embed_shard with:
    output:
        embeddings=temp("results/{dataset}/shards/{embedder}.{shard}.h5"),
        report=temp("results/{dataset}/shards/{embedder}.{shard}.json"),
    log:
        "logs/{dataset}/embed.{embedder}.{shard}.log",
    benchmark:
        "benchmarks/{dataset}/embed.{embedder}.{shard}.tsv"
    params:
        model=embedding_options(SETTINGS),
        cache=cache_options(SETTINGS),
        requests=request_options(SETTINGS),
        given=given_options(SETTINGS),
        content=lambda wildcards: content_of(*GIVEN.get(wildcards.embedder, [])),
        shard="--shard={shard}",
    message:
        "Embedding {wildcards.dataset} with {wildcards.embedder}, {wildcards.shard}"


rule merge_embeddings:
    """Merge the embeddings of all shards into one file."""
    input:
        embeddings=collect(
            "results/{{dataset}}/shards/{{embedder}}.{shard}.h5",
            shard=lookup(dpath="{dataset}", within=SHARDS),
        ),
        reports=collect(
            "results/{{dataset}}/shards/{{embedder}}.{shard}.json",
            shard=lookup(dpath="{dataset}", within=SHARDS),
        ),
    output:
        embeddings="results/{dataset}/embeddings/{embedder}.h5",
        report="results/{dataset}/reports/embed.{embedder}.json",
    log:
        "logs/{dataset}/gather.{embedder}.log",
    benchmark:
        "benchmarks/{dataset}/gather.{embedder}.tsv"
    conda:
        "../envs/steps.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000, 2),
        runtime=growing(60),
    message:
        "Merging the embeddings of {wildcards.dataset} by {wildcards.embedder}"
    shell:
        "python -m steps merge_embeddings {input.embeddings:q} --reports {input.reports:q}"
        " --output {output.embeddings:q} --embedding-report {output.report:q} --log {log:q}"


rule annotate_shard:
    """Fetch the annotations of one shard from the remote sources."""
    input:
        sequences="results/{dataset}/sequences.parquet",
        entries=lookup(dpath="{dataset}", within=ENTRIES, default=[]),
    output:
        fetched=temp("results/{dataset}/shards/annotations.{shard}.parquet"),
    log:
        "logs/{dataset}/fetch.{shard}.log",
    benchmark:
        "benchmarks/{dataset}/fetch.{shard}.tsv"
    conda:
        "../envs/steps.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000, 20),
        runtime=growing(120),
    params:
        annotations=annotation_options(SETTINGS),
        cache=cache_options(SETTINGS),
    message:
        "Fetching annotations of {wildcards.dataset}, {wildcards.shard}"
    shell:
        "python -m steps annotate_shard {input.sequences:q} --shard={wildcards.shard}"
        " {params.annotations:q} {params.cache:q} --entries {input.entries:q}"
        " --output {output.fetched:q} --log {log:q}"


use rule annotate as annotate_merged with:
    input:
        sequences="results/{dataset}/sequences.parquet",
        tables=SETTINGS.annotation_tables,
        entries=[],
        fetched=branch(
            SETTINGS.asks_sources,
            then=collect(
                "results/{{dataset}}/shards/annotations.{shard}.parquet",
                shard=lookup(dpath="{dataset}", within=SHARDS),
            ),
        ),
        onto=[],
