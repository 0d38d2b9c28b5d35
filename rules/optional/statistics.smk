# embeddings, projections and annotations of a data set -> results/{dataset}/statistics/

from steps.workflow import statistics_options


rule statistics:
    """Score how well each projection keeps neighbours and separates annotations; find clusters."""
    input:
        embeddings=expand(
            "results/{{dataset}}/embeddings/{embedder}.h5",
            embedder=EMBEDDERS,
        ),
        projections=expand(
            "results/{{dataset}}/projections/{projection}.parquet",
            projection=PROJECTIONS,
        ),
        annotations="results/{dataset}/annotations.parquet",
    output:
        scores="results/{dataset}/statistics/scores.parquet",
        quality="results/{dataset}/statistics/quality.json",
        clusters="results/{dataset}/statistics/clusters.parquet",
        styles="results/{dataset}/statistics/styles.json",
        report="results/{dataset}/reports/statistics.json",
    log:
        "logs/{dataset}/statistics.log",
    benchmark:
        "benchmarks/{dataset}/statistics.tsv"
    conda:
        "../../envs/steps.yaml"
    # The scores must not depend on the number of threads.
    threads: 1
    resources:
        mem_mb=growing(4000, 8),
        runtime=growing(120),
    params:
        # Of a function, as braces in a name are no wildcards.
        options=lambda wildcards: statistics_options(SETTINGS),
    message:
        "Scoring the projections of {wildcards.dataset}"
    shell:
        "python -m steps statistics --embeddings {input.embeddings:q}"
        " --projections {input.projections:q} --annotations {input.annotations:q}"
        " {params.options:q}"
        " --scores {output.scores:q} --quality {output.quality:q}"
        " --clusters {output.clusters:q} --styles {output.styles:q}"
        " --report {output.report:q} --log {log:q}"
