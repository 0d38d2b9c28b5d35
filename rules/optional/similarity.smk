# results/{dataset}/sequences.parquet -> results/{dataset}/embeddings/MMseqs2.h5


ruleorder: similarity > embed


rule similarity:
    """Align all pairs of sequences by MMseqs2; rule project places them by MDS."""
    input:
        sequences="results/{dataset}/sequences.parquet",
    output:
        identities="results/{dataset}/embeddings/MMseqs2.h5",
        report="results/{dataset}/reports/similarity.json",
    log:
        "logs/{dataset}/similarity.log",
    benchmark:
        "benchmarks/{dataset}/similarity.tsv"
    conda:
        "../../envs/steps.yaml"
    threads: 4
    resources:
        mem_mb=growing(4000),
        runtime=growing(240),
    message:
        "Comparing the sequences of {wildcards.dataset}"
    shell:
        "python -m steps similarity {input.sequences:q} --threads {threads}"
        " --output {output.identities:q} --report {output.report:q} --log {log:q}"
