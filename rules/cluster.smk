# resources of jobs, shards and groups: data sets below `shard_size` are one job of a cluster each

from steps.shards import shard_names
from steps.workflow import growing

# Else Snakemake hides PYTHONPATH from jobs in Conda environments, which need it to find the steps.
workflow.deployment_settings.conda_not_block_search_path_envvars = True

SHARDS = shard_names(DATASETS, SETTINGS.shard_size)
SMALL = SETTINGS.shard_size > 0 and all(len(names) == 1 for names in SHARDS.values())
# Embed and project are submitted as one job then; all other rules run where Snakemake runs.
GROUP = "map" if SMALL else None


localrules:
    provenance,


if SMALL:

    localrules:
        normalize,
        annotate,
        rank,
        similarity,
        project_similarity,
        statistics,
        transfer,
        styles,
        bundle,
        preview,
