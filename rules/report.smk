# reports, projections, annotations -> results/{dataset}/provenance.json, config.yaml, methods.*,
# references.bib, previews/*.svg, {dataset}.html

from steps.workflow import unformatted


rule provenance:
    """Record configuration, counts, warnings and versions, and the configuration to run again."""
    input:
        normalize="results/{dataset}/reports/normalize.json",
        retrieve=lookup(dpath="{dataset}", within=RETRIEVALS, default=[]),
        embed=expand(
            "results/{{dataset}}/reports/embed.{embedder}.json",
            embedder=EMBEDDERS,
        ),
        references=REFERENCE_REPORTS,
        annotate="results/{dataset}/reports/annotate.json",
        rank="results/{dataset}/reports/rank.json",
        project=expand(
            "results/{{dataset}}/reports/project.{projection}.json",
            projection=PROJECTIONS,
        ),
        # Also of a gateway's run, whose page shows them, though it asks for no HTML file.
        neighbours=expand(
            "results/{{dataset}}/reports/neighbours.{embedder}.json",
            embedder=EMBEDDERS if SETTINGS.html else [],
        ),
        branches=expand(
            "results/{{dataset}}/reports/{branch}.json",
            branch=SETTINGS.branches,
        ),
        novelty=NOVELTY_REPORT,
        bundle="results/{dataset}/reports/bundle.json",
        exported=EXPORTED,
    output:
        provenance=report(
            "results/{dataset}/provenance.json",
            category="{dataset}",
            subcategory="Methods",
            labels={"document": "provenance"},
            caption="captions/provenance.rst",
        ),
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
        # No input, as all inputs are reports.
        onto=[ONTO.provenance] if ONTO else [],
    message:
        "Recording the provenance of {wildcards.dataset}"
    shell:
        "python -m steps provenance {input:q} --configuration {params.configuration:q}"
        " --package snakemake --repeat 'snakemake --configfile this-file' --onto {params.onto:q}"
        " --output {output.provenance:q} --config {output.config:q} --log {log:q}"


rule methods:
    """Write what the run did as text for a paper, with its references."""
    input:
        provenance="results/{dataset}/provenance.json",
    output:
        page=report(
            "results/{dataset}/methods.html",
            category="{dataset}",
            subcategory="Methods",
            labels={"document": "methods and references"},
            caption="captions/methods.rst",
        ),
        markdown="results/{dataset}/methods.md",
        bibtex="results/{dataset}/references.bib",
    log:
        "logs/{dataset}/methods.log",
    benchmark:
        "benchmarks/{dataset}/methods.tsv"
    conda:
        "../envs/steps.yaml"
    threads: 1
    resources:
        mem_mb=growing(500),
        runtime=growing(10),
    message:
        "Writing the methods of {wildcards.dataset}"
    shell:
        "python -m steps methods {input.provenance:q} --title {wildcards.dataset:q}"
        " --html {output.page:q} --markdown {output.markdown:q} --bibtex {output.bibtex:q}"
        " --log {log:q}"


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
            subcategory="Maps",
            labels={"embedder": "{embedder}", "method": "{method}"},
            caption="captions/preview.rst",
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


rule html:
    """Write the viewer and all data into one file, to be opened from disk."""
    input:
        bundle="results/{dataset}/{dataset}.parquetbundle",
        neighbours=expand(
            "results/{{dataset}}/neighbours/{embedder}.parquet",
            embedder=EMBEDDERS,
        ),
        sequences="results/{dataset}/sequences.parquet",
        # Any key changes it, but what this takes from it changes with the other files only.
        provenance=ancient("results/{dataset}/provenance.json"),
    output:
        page=report(
            "results/{dataset}/{dataset}.html",
            category="{dataset}",
            subcategory="Explore",
            labels={"file": "{dataset}.html"},
            caption="captions/html.rst",
        ),
        report="results/{dataset}/reports/html.json",
    log:
        "logs/{dataset}/html.log",
    benchmark:
        "benchmarks/{dataset}/html.tsv"
    conda:
        "../envs/steps.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000, 20),
        runtime=growing(30),
    message:
        "Writing {output.page}"
    shell:
        "python -m steps html {input.bundle:q} --neighbours {input.neighbours:q}"
        " --sequences {input.sequences:q} --provenance {input.provenance:q}"
        " --output {output.page:q} --report {output.report:q} --log {log:q}"
