# annotations, their ranking and projections of a data set -> results/{dataset}/{dataset}.parquetbundle


rule bundle:
    """Write annotations and projections into one file and read it back."""
    input:
        annotations="results/{dataset}/annotations.parquet",
        ranking="results/{dataset}/ranking.json",
        projections=expand(
            "results/{{dataset}}/projections/{projection}.parquet",
            projection=PROJECTIONS,
        ),
        novelty=NOVELTY,
        clusters=CLUSTERS,
        transferred=TRANSFERRED,
        scores=SCORES,
        quality=QUALITY,
        styles=branch(
            SETTINGS.styles,
            then="results/{dataset}/styles.json",
            otherwise=CLUSTER_STYLES,
        ),
    output:
        bundle="results/{dataset}/{dataset}.parquetbundle",
        report="results/{dataset}/reports/bundle.json",
    log:
        "logs/{dataset}/bundle.log",
    benchmark:
        "benchmarks/{dataset}/bundle.tsv"
    conda:
        "../envs/steps.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000, 20),
        runtime=growing(30),
    params:
        format=SETTINGS.bundle_format,
    message:
        "Bundling {wildcards.dataset}"
    shell:
        "python -m steps bundle --annotations {input.annotations:q} --ranking {input.ranking:q}"
        " --projections {input.projections:q} --format {params.format}"
        " --more {input.novelty:q} {input.clusters:q} {input.transferred:q} --statistics {input.scores:q}"
        " --quality {input.quality:q} --settings {input.styles:q}"
        " --output {output.bundle:q} --report {output.report:q} --log {log:q}"
