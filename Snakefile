"""FASTA -> normalize -> (embed || annotate) -> project -> bundle, for each data set.

Data sets that are queries or lists of accessions begin with UniProt -> retrieve -> FASTA.
"""

import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version

from steps.config.datasets import find_datasets, find_retrieved
from steps.config.model import load
from steps.config.paths import check_typed, content_of
from steps.errors import StepError
from steps.workflow import check_folder, check_names, reach_steps, reachable, source_of
from terminal import hooks

min_version("9.27")
reach_steps()
hooks.begin(workflow, logger)

if exists("config.yaml"):

    configfile: "config.yaml"


try:
    check_folder(Path.cwd())
    check_typed(config, sys.argv, workflow.configfiles, hooks.started_in())
    hooks.reach_files(workflow, config)
    CONFIGURATION = load(config)
    SETTINGS = reachable(CONFIGURATION)
    found = find_datasets(SETTINGS.input, logger.warning)
    check_names(found, SETTINGS)
    INPUTS = {name: source_of(source) for name, source in found.items()}
except StepError as error:
    raise WorkflowError(error.message)

RETRIEVED = find_retrieved(INPUTS)
OWN_FILES = {name: path for name, path in INPUTS.items() if name not in RETRIEVED}
DATASETS = OWN_FILES | {name: f"results/{name}/uniprot.fasta" for name in RETRIEVED}
EMBEDDERS, PROJECTIONS = SETTINGS.embedder_files, SETTINGS.projections
GIVEN = SETTINGS.given
# The map that the run grows, if it does, and its tables.
ONTO = SETTINGS.onto_map
ONTO_FILES = [ONTO.sequences, ONTO.annotations] if ONTO else []
hooks.expect(workflow, DATASETS)


# Locked by now. In a module of another workflow, its own hooks count.
onstart:
    hooks.start(workflow)


# What `snakemake --report` begins with.
report: "rules/captions/workflow.rst"


wildcard_constraints:
    dataset="[^/]+",
    embedder=SETTINGS.embedder_pattern,
    method="[^/]+",


rule all:
    """Make a bundle, its provenance, methods, pictures, HTML file and exports for each data set."""
    input:
        expand("results/{dataset}/{dataset}.parquetbundle", dataset=DATASETS),
        expand("results/{dataset}/{dataset}.{form}", dataset=DATASETS, form=SETTINGS.export),
        expand("results/{dataset}/provenance.json", dataset=DATASETS),
        expand("results/{dataset}/methods.html", dataset=DATASETS),
        expand("results/{dataset}/previews/{picture}.svg", dataset=DATASETS, picture=PROJECTIONS),
        expand("results/{dataset}/{dataset}.html", dataset=DATASETS if SETTINGS.html else []),


include: "rules/cluster.smk"
include: "rules/retrieve.smk"
include: "rules/normalize.smk"
include: "rules/embed.smk"
include: "rules/annotate.smk"
include: "rules/rank.smk"
include: "rules/project.smk"
include: "rules/optional/branches.smk"
include: "rules/bundle.smk"
include: "rules/report.smk"
