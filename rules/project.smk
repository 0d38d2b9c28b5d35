# results/{dataset}/embeddings/{embedder}.h5 -> results/{dataset}/projections/{embedder}.{method}.parquet

from steps.workflow import gpus_of_projection, projection_options


rule project:
    """Reduce the embeddings to two dimensions by one method."""
    input:
        embeddings="results/{dataset}/embeddings/{embedder}.h5",
    output:
        projection="results/{dataset}/projections/{embedder}.{method}.parquet",
        report="results/{dataset}/reports/project.{embedder}.{method}.json",
    log:
        "logs/{dataset}/project.{embedder}.{method}.log",
    benchmark:
        "benchmarks/{dataset}/project.{embedder}.{method}.tsv"
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
    message:
        "Projecting {wildcards.dataset} ({wildcards.embedder}) by {wildcards.method}"
    shell:
        "python -m steps project {input.embeddings:q} --method {wildcards.method:q}"
        " {params.options:q} --threads {threads}"
        " --output {output.projection:q} --report {output.report:q} --log {log:q}"
