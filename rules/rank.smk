# annotations and embeddings of a data set -> results/{dataset}/ranking.json


rule rank:
    """Rank annotations by how much a map tells that is coloured by them."""
    input:
        annotations="results/{dataset}/annotations.parquet",
        embeddings=f"results/{{dataset}}/embeddings/{EMBEDDERS[0]}.h5",
    output:
        ranking="results/{dataset}/ranking.json",
        report="results/{dataset}/reports/rank.json",
    log:
        "logs/{dataset}/rank.log",
    benchmark:
        "benchmarks/{dataset}/rank.tsv"
    conda:
        "../envs/steps.yaml"
    threads: 1
    resources:
        # Of the embeddings, only a sample is read.
        mem_mb=growing(2000),
        runtime=growing(10),
    message:
        "Ranking the annotations of {wildcards.dataset}"
    shell:
        "python -m steps rank {input.annotations:q} --embeddings {input.embeddings:q}"
        " --output {output.ranking:q} --report {output.report:q} --log {log:q}"
