# What a cluster should know: resources grow with the inputs and with each attempt, and data sets
# below `shard_size` are not worth more than one job of the cluster.

from steps.workflow import growing
from steps.shards import shard_names

# Jobs in an environment of Conda would not find the steps: Snakemake hides PYTHONPATH from them.
workflow.deployment_settings.conda_not_block_search_path_envvars = True

SHARDS = shard_names(DATASETS, SETTINGS.shard_size)
SMALL = SETTINGS.shard_size > 0 and all(len(names) == 1 for names in SHARDS.values())
#: Group of embed and project, which go out as one job then; all others stay where Snakemake runs.
MAP = "map" if SMALL else None


localrules:
    provenance,


if SMALL:

    localrules:
        normalize,
        annotate,
        similarity,
        statistics,
        transfer,
        styles,
        bundle,
        preview,
