# the user's styles, all columns of a data set -> results/{dataset}/styles.json


rule styles:
    """Merge the user's styles into those of the clusters."""
    input:
        styles=branch(SETTINGS.styles, then=SETTINGS.styles),
        annotations="results/{dataset}/annotations.parquet",
        novelty=NOVELTY,
        clusters=CLUSTERS,
        transferred=TRANSFERRED,
        existing=CLUSTER_STYLES,
    output:
        styles="results/{dataset}/styles.json",
        report="results/{dataset}/reports/styles.json",
    log:
        "logs/{dataset}/styles.log",
    benchmark:
        "benchmarks/{dataset}/styles.tsv"
    conda:
        "../../envs/steps.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000, 20),
        runtime=growing(10),
    params:
        content=lambda wildcards: content_of(SETTINGS.styles),
    message:
        "Styling {wildcards.dataset}"
    shell:
        "python -m steps styles {input.styles:q} --annotations {input.annotations:q}"
        " --more {input.novelty:q} {input.clusters:q} {input.transferred:q} --existing {input.existing:q}"
        " --output {output.styles:q} --report {output.report:q} --log {log:q}"
