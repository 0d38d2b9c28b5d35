# results/{dataset}/embeddings/{embedder}.h5 -> results/{dataset}/projections/{embedder}.{method}.parquet,
# and neighbours/{embedder}.parquet

from steps.workflow import (
    gpus_of_projection,
    index_options,
    label_options,
    projection_options,
)

# Embedder and method as in paths -> the projection that the run grows.
ONTO_PROJECTIONS = {name: ONTO.projection(name) for name in PROJECTIONS if ONTO}


rule project:
    """Reduce the embeddings to two dimensions by one method."""
    input:
        embeddings="results/{dataset}/embeddings/{embedder}.h5",
        onto=lambda wildcards: ONTO_PROJECTIONS.get(f"{wildcards.embedder}.{wildcards.method}", []),
    output:
        projection="results/{dataset}/projections/{embedder}.{method}.parquet",
        report="results/{dataset}/reports/project.{embedder}.{method}.json",
    log:
        "logs/{dataset}/project.{embedder}.{method}.log",
    benchmark:
        "benchmarks/{dataset}/project.{embedder}.{method}.tsv"
    # The longest of what can begin after the embedding, and most else waits for it.
    priority: 1
    group:
        GROUP
    conda:
        "../envs/steps.yaml"
    # Only UMAP uses more (--set-threads project=4); the coordinates do not depend on it.
    threads: 1
    resources:
        mem_mb=growing(2000, 4),
        runtime=growing(60, 1),
        gpu=gpus_of_projection(SETTINGS),
    params:
        options=projection_options(SETTINGS),
        cells=lambda wildcards: index_options(SETTINGS, wildcards.embedder),
        labels=lambda wildcards: label_options(SETTINGS),
    message:
        "Projecting {wildcards.dataset} ({wildcards.embedder}) by {wildcards.method}"
    shell:
        "python -m steps project {input.embeddings:q} --method {wildcards.method:q}"
        " {params.options:q} --onto {input.onto:q} {params.cells:q} {params.labels:q} --threads {threads}"
        " --output {output.projection:q} --report {output.report:q} --log {log:q}"


rule neighbours:
    """Find the nearest proteins of each in the embedding, for the viewer."""
    input:
        embeddings="results/{dataset}/embeddings/{embedder}.h5",
    output:
        neighbours="results/{dataset}/neighbours/{embedder}.parquet",
        report="results/{dataset}/reports/neighbours.{embedder}.json",
    log:
        "logs/{dataset}/neighbours.{embedder}.log",
    benchmark:
        "benchmarks/{dataset}/neighbours.{embedder}.tsv"
    conda:
        "../envs/steps.yaml"
    # It may use more (--set-threads neighbours=4); the neighbours do not depend on it.
    threads: 1
    resources:
        mem_mb=growing(2000, 4),
        runtime=growing(60, 1),
    params:
        metric=SETTINGS.metric,
    message:
        "Finding neighbours in {wildcards.dataset} ({wildcards.embedder})"
    shell:
        "python -m steps neighbours {input.embeddings:q} --metric {params.metric}"
        " --threads {threads}"
        " --output {output.neighbours:q} --report {output.report:q} --log {log:q}"
