# reports, projections, annotations -> results/{dataset}/provenance.json, config.yaml, previews/*.svg

from steps.workflow import unformatted


rule provenance:
    """Record configuration, counts, warnings and versions, and the configuration to run again."""
    input:
        normalize="results/{dataset}/reports/normalize.json",
        embed=expand(
            "results/{{dataset}}/reports/embed.{embedder}.json",
            embedder=EMBEDDERS,
        ),
        annotate="results/{dataset}/reports/annotate.json",
        rank="results/{dataset}/reports/rank.json",
        project=expand(
            "results/{{dataset}}/reports/project.{projection}.json",
            projection=PROJECTIONS,
        ),
        branches=expand(
            "results/{{dataset}}/reports/{branch}.json",
            branch=SETTINGS.branches,
        ),
        bundle="results/{dataset}/reports/bundle.json",
    output:
        provenance="results/{dataset}/provenance.json",
        config="results/{dataset}/config.yaml",
    log:
        "logs/{dataset}/provenance.log",
    benchmark:
        "benchmarks/{dataset}/provenance.tsv"
    conda:
        "../envs/steps.yaml"
    threads: 1
    resources:
        mem_mb=growing(500),
        runtime=growing(10),
    params:
        configuration=unformatted(CONFIGURATION.to_json()),
    message:
        "Recording the provenance of {wildcards.dataset}"
    shell:
        "python -m steps provenance {input:q} --configuration {params.configuration:q}"
        " --package snakemake --repeat 'snakemake --configfile this-file'"
        " --output {output.provenance:q} --config {output.config:q} --log {log:q}"


rule preview:
    """Draw one projection."""
    input:
        projection="results/{dataset}/projections/{embedder}.{method}.parquet",
        annotations="results/{dataset}/annotations.parquet",
        ranking="results/{dataset}/ranking.json",
        styles=branch(SETTINGS.styles, then="results/{dataset}/styles.json"),
    output:
        picture=report(
            "results/{dataset}/previews/{embedder}.{method}.svg",
            category="{dataset}",
            labels={"embedder": "{embedder}", "method": "{method}"},
            caption="preview.rst",
        ),
    log:
        "logs/{dataset}/preview.{embedder}.{method}.log",
    benchmark:
        "benchmarks/{dataset}/preview.{embedder}.{method}.tsv"
    conda:
        "../envs/steps.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000, 20),
        runtime=growing(10),
    message:
        "Drawing {wildcards.dataset} ({wildcards.embedder}) by {wildcards.method}"
    shell:
        "python -m steps preview {input.projection:q} --annotations {input.annotations:q}"
        " --ranking {input.ranking:q} --legends {input.styles:q}"
        " --output {output.picture:q} --log {log:q}"
