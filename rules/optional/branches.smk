# optional rules: each is part of the DAG only where its configuration key is set

CLUSTERS = branch(SETTINGS.statistics, then="results/{dataset}/statistics/clusters.parquet")
SCORES = branch(SETTINGS.statistics, then="results/{dataset}/statistics/scores.parquet")
QUALITY = branch(SETTINGS.statistics, then="results/{dataset}/statistics/quality.json")
CLUSTER_STYLES = branch(SETTINGS.statistics, then="results/{dataset}/statistics/styles.json")
TRANSFERRED = branch(SETTINGS.transfer, then="results/{dataset}/transferred.parquet")


include: "similarity.smk"
include: "statistics.smk"
include: "transfer.smk"
include: "styles.smk"


if SETTINGS.shard_size and not SMALL:

    include: "../shards.smk"
