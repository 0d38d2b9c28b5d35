# embeddings of a map that grows, and of its new proteins -> results/{dataset}/novelty.parquet

from steps.workflow import added_name, index_options


rule novelty:
    """Tell new proteins from old ones, and how far they are from these."""
    input:
        embeddings=f"results/{{dataset}}/embeddings/{EMBEDDERS[0]}.h5",
        onto=branch(ONTO, then=ONTO and ONTO.sequences),
        earlier=branch(ONTO, then=ONTO and ONTO.existing("novelty.parquet")),
        neighbours=branch(ONTO, then=ONTO and ONTO.existing(f"neighbours/{EMBEDDERS[0]}.parquet")),
    output:
        novelty="results/{dataset}/novelty.parquet",
        report="results/{dataset}/reports/novelty.json",
    log:
        "logs/{dataset}/novelty.log",
    benchmark:
        "benchmarks/{dataset}/novelty.tsv"
    conda:
        "../../envs/steps.yaml"
    # It may use more (--set-threads novelty=4); the numbers do not depend on it.
    threads: 1
    resources:
        mem_mb=growing(2000, 4),
        runtime=growing(60, 1),
    params:
        metric=SETTINGS.metric,
        cells=index_options(SETTINGS, EMBEDDERS[0]),
        name=added_name(SETTINGS),
    message:
        "Comparing new proteins of {wildcards.dataset} with those of the map"
    shell:
        "python -m steps novelty {input.embeddings:q} --onto {input.onto:q}"
        " --earlier {input.earlier:q} --neighbours {input.neighbours:q}"
        " --metric {params.metric} {params.cells:q} --name {params.name:q} --threads {threads}"
        " --output {output.novelty:q} --report {output.report:q} --log {log:q}"
