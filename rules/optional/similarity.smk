# results/{dataset}/sequences.parquet -> results/{dataset}/projections/MMseqs2.identity.parquet

from steps.workflow import projection_options


ruleorder: project_similarity > project


rule similarity:
    """Align sequences by MMseqs2: all pairs, or the most similar ones of many."""
    input:
        sequences="results/{dataset}/sequences.parquet",
    output:
        similarities="results/{dataset}/similarities.parquet",
        report="results/{dataset}/reports/similarity.json",
    log:
        "logs/{dataset}/similarity.log",
    benchmark:
        "benchmarks/{dataset}/similarity.tsv"
    conda:
        "../../envs/steps.yaml"
    threads: 4
    resources:
        mem_mb=growing(4000, 20),
        runtime=growing(240),
    message:
        "Comparing the sequences of {wildcards.dataset}"
    shell:
        "python -m steps similarity {input.sequences:q} --threads {threads}"
        " --output {output.similarities:q} --report {output.report:q} --log {log:q}"


rule project_similarity:
    """Place proteins by the identities of their sequences: by MDS, or many by UMAP."""
    input:
        similarities="results/{dataset}/similarities.parquet",
    output:
        projection="results/{dataset}/projections/MMseqs2.identity.parquet",
        report="results/{dataset}/reports/project.MMseqs2.identity.json",
    log:
        "logs/{dataset}/project.MMseqs2.identity.log",
    benchmark:
        "benchmarks/{dataset}/project.MMseqs2.identity.tsv"
    conda:
        "../../envs/steps.yaml"
    # Only UMAP uses more; the coordinates do not depend on it.
    threads: 1
    resources:
        mem_mb=growing(3000, 30),
        runtime=growing(240, 1),
    params:
        options=projection_options(SETTINGS),
    message:
        "Projecting {wildcards.dataset} by the identities of its sequences"
    shell:
        "python -m steps project_similarity {input.similarities:q} {params.options:q}"
        " --threads {threads} --output {output.projection:q}"
        " --report {output.report:q} --log {log:q}"
