# annotations and embeddings of a data set, references -> results/{dataset}/transferred.parquet

from steps.workflow import reference_files, reference_options, reference_paths, transfer_options

REFERENCES = reference_files(SETTINGS)
# Those of the user; rules make another one of a FASTA file.
REFERENCE_FILES = [
    path for path in reference_paths(REFERENCES) if not path.startswith(REFERENCE_SET)
]


rule transfer:
    """Fill missing annotations from the nearest neighbours in embedding space (EAT)."""
    input:
        annotations="results/{dataset}/annotations.parquet",
        embeddings=f"results/{{dataset}}/embeddings/{EMBEDDERS[0]}.h5",
        references=reference_paths(REFERENCES),
        onto=branch(ONTO, then=ONTO and ONTO.sequences),
        added=NOVELTY,
    output:
        transferred="results/{dataset}/transferred.parquet",
        origins=report(
            "results/{dataset}/transferred.tsv",
            category="{dataset}",
            subcategory="Tables",
            labels={"table": "transferred labels"},
            caption="../captions/transfer.rst",
        ),
        report="results/{dataset}/reports/transfer.json",
    log:
        "logs/{dataset}/transfer.log",
    benchmark:
        "benchmarks/{dataset}/transfer.tsv"
    conda:
        "../../envs/steps.yaml"
    # The search may use more (--set-threads transfer=4); the labels do not depend on it.
    threads: 1
    resources:
        mem_mb=growing(2000, 8),
        runtime=growing(60),
    params:
        # Of a function, as braces in a text are no wildcards.
        options=lambda wildcards: transfer_options(SETTINGS),
        references=reference_options(REFERENCES),
        content=lambda wildcards: content_of(*REFERENCE_FILES),
    message:
        "Transferring annotations of {wildcards.dataset}"
    shell:
        "python -m steps transfer {input.annotations:q} --embeddings {input.embeddings:q}"
        " {params.options:q} {params.references:q} --onto {input.onto:q} --added {input.added:q} --threads {threads}"
        " --output {output.transferred:q} --origins {output.origins:q}"
        " --report {output.report:q} --log {log:q}"
