# resources of jobs, shards and groups: data sets below `shard_size` are one job of a cluster each

from steps.shards import shard_names
from steps.workflow import count_proteins, growing

# Else Snakemake hides PYTHONPATH from jobs in Conda environments, which need it to find the steps.
workflow.deployment_settings.conda_not_block_search_path_envvars = True

# How many proteins come from UniProt is not known at the start: they are one shard.
SHARDS = shard_names(OWN_FILES, SETTINGS.shard_size, count_proteins)
SHARDS |= shard_names(RETRIEVED, 0, count_proteins)
SMALL = SETTINGS.shard_size > 0 and all(len(names) == 1 for names in SHARDS.values())
# Embed and project are submitted as one job then; all other rules run where Snakemake runs.
GROUP = "map" if SMALL else None


# The nodes of many clusters reach no other network.
localrules:
    retrieve,
    provenance,
    methods,


if SMALL:

    localrules:
        normalize,
        normalize_references,
        annotate,
        rank,
        neighbours,
        similarity,
        project_similarity,
        statistics,
        transfer,
        novelty,
        styles,
        bundle,
        export,
        preview,
        html,
