"""FASTA -> normalize -> (embed || annotate) -> project -> bundle, for each data set."""

import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version

from steps.config.datasets import find_datasets
from steps.config.model import load
from steps.config.paths import check_typed, content_of
from steps.errors import StepError
from steps.workflow import check_folder, reach_steps, reachable, without_braces

min_version("9.27")
reach_steps()

if exists("config.yaml"):

    configfile: "config.yaml"


try:
    check_folder(Path.cwd())
    check_typed(config, sys.argv, workflow.configfiles)
    CONFIGURATION = load(config)
    SETTINGS = reachable(CONFIGURATION)
    found = find_datasets(SETTINGS.input, logger.warning)
    DATASETS = {name: without_braces(path) for name, path in found.items()}
except StepError as error:
    raise WorkflowError(error.message)

EMBEDDERS, PROJECTIONS = SETTINGS.embedder_files, SETTINGS.projections


wildcard_constraints:
    dataset="[^/]+",
    embedder="|".join([*EMBEDDERS, "MMseqs2"]),
    method="[^/]+",


rule all:
    """Make a bundle, its provenance and its pictures for each data set."""
    input:
        expand("results/{dataset}/{dataset}.parquetbundle", dataset=DATASETS),
        expand("results/{dataset}/provenance.json", dataset=DATASETS),
        expand("results/{dataset}/previews/{picture}.svg", dataset=DATASETS, picture=PROJECTIONS),


include: "rules/cluster.smk"
include: "rules/normalize.smk"
include: "rules/embed.smk"
include: "rules/annotate.smk"
include: "rules/rank.smk"
include: "rules/project.smk"
include: "rules/optional/branches.smk"
include: "rules/bundle.smk"
include: "rules/report.smk"
