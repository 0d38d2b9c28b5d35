# optional rules: each is part of the DAG only where its configuration key is set

CLUSTERS = branch(SETTINGS.statistics, then="results/{dataset}/statistics/clusters.parquet")
SCORES = branch(SETTINGS.statistics, then="results/{dataset}/statistics/scores.parquet")
QUALITY = branch(SETTINGS.statistics, then="results/{dataset}/statistics/quality.json")
CLUSTER_STYLES = branch(SETTINGS.statistics, then="results/{dataset}/statistics/styles.json")
EXPORTED = branch(SETTINGS.export, then="results/{dataset}/reports/export.json")
TRANSFERRED = branch(SETTINGS.transferred, then="results/{dataset}/transferred.parquet")

NOVELTY = branch(ONTO, then="results/{dataset}/novelty.parquet")
NOVELTY_REPORT = branch(ONTO, then="results/{dataset}/reports/novelty.json")


include: "../references.smk"
include: "similarity.smk"
include: "statistics.smk"
include: "transfer.smk"
include: "styles.smk"
include: "export.smk"
include: "novelty.smk"


if SETTINGS.shard_size and not SMALL:

    include: "../shards.smk"
