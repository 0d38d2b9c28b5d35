# FASTA file of references -> .references/embeddings/{embedder}.h5, as of a data set without limits

from steps.workflow import (
    REFERENCE_SET,
    cache_options,
    embedding_options,
    request_options,
    plain_path,
)

REFERENCE_FASTA = [plain_path(path) for path in SETTINGS.reference_fasta]
REFERENCE_REPORTS = branch(
    REFERENCE_FASTA,
    then=[
        f"{REFERENCE_SET}/reports/normalize.json",
        f"{REFERENCE_SET}/reports/embed.{EMBEDDERS[0]}.json",
    ],
)


use rule normalize as normalize_references with:
    input:
        source=REFERENCE_FASTA,
        more=[],
        onto=[],
        without=[],
    output:
        fasta=f"{REFERENCE_SET}/sequences.fasta",
        table=f"{REFERENCE_SET}/sequences.parquet",
        report=f"{REFERENCE_SET}/reports/normalize.json",
    log:
        f"logs/{REFERENCE_SET}/normalize.log",
    benchmark:
        f"benchmarks/{REFERENCE_SET}/normalize.tsv"
    params:
        limits=[],
        names=[],
        content=lambda wildcards: content_of(*REFERENCE_FASTA),


use rule embed as embed_references with:
    input:
        sequences=f"{REFERENCE_SET}/sequences.parquet",
        files=[],
        onto=[],
        onto_report=[],
    output:
        embeddings=f"{REFERENCE_SET}/embeddings/{{embedder}}.h5",
        report=f"{REFERENCE_SET}/reports/embed.{{embedder}}.json",
    log:
        f"logs/{REFERENCE_SET}/embed.{{embedder}}.log",
    benchmark:
        f"benchmarks/{REFERENCE_SET}/embed.{{embedder}}.tsv"
    params:
        model=embedding_options(SETTINGS),
        cache=cache_options(SETTINGS),
        requests=request_options(SETTINGS),
        given=[],
        content="",
        shard="",
    message:
        "Embedding references with {wildcards.embedder}"
