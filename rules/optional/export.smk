# results/{dataset}/{dataset}.parquetbundle -> results/{dataset}/{dataset}.tsv


rule export:
    """Write the bundle as a table: a row for each protein, as ProtSpace shows it."""
    input:
        bundle="results/{dataset}/{dataset}.parquetbundle",
    output:
        table=report(
            "results/{dataset}/{dataset}.tsv",
            category="{dataset}",
            subcategory="Tables",
            labels={"table": "all proteins"},
            caption="../captions/export.rst",
        ),
        report="results/{dataset}/reports/export.json",
    log:
        "logs/{dataset}/export.log",
    benchmark:
        "benchmarks/{dataset}/export.tsv"
    conda:
        "../../envs/steps.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000, 20),
        runtime=growing(30),
    message:
        "Exporting {wildcards.dataset} as a table"
    shell:
        "python -m steps export {input.bundle:q} --output {output.table:q}"
        " --report {output.report:q} --log {log:q}"
