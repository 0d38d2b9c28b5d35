"""Another workflow imports this one as a module and uses its bundle."""

import json

import pytest

from tests.support.snakemake_run import ROOT, succeed

OTHER = """
configfile: "settings.yaml"


module proteins:
    snakefile:
        SNAKEFILE
    config:
        config["proteins"]
    prefix:
        "maps"


use rule * from proteins as proteins_*


rule copy:
    default_target: True
    input:
        "maps/results/families/families.parquetbundle",
    output:
        "copy.parquetbundle",
    shell:
        "cp {input:q} {output:q}"
"""


def imported(folder, example_config, **more):
    """Run the other workflow; return the bundle that its own rule copied."""
    folder.mkdir(exist_ok=True)
    settings = {name: str(value) for name, value in (example_config | more).items()}
    (folder / "settings.yaml").write_text(json.dumps({"proteins": settings}))
    # That of the other workflow: none of its keys is ours.
    (folder / "config.yaml").write_text("samples: all\n")
    (folder / "Snakefile").write_text(OTHER.replace("SNAKEFILE", repr(str(ROOT / "Snakefile"))))
    succeed(folder, snakefile=folder / "Snakefile")
    return (folder / "copy.parquetbundle").read_bytes()


@pytest.mark.slow
def test_module_gives_the_bytes_of_a_run_of_its_own(tmp_path, finished, example_config):
    own = (finished / "results" / "families" / "families.parquetbundle").read_bytes()
    assert imported(tmp_path, example_config) == own
    assert not (tmp_path / "results").exists()


@pytest.mark.slow
def test_module_with_shards_gives_the_same_bytes(tmp_path, example_config):
    given = example_config | {"methods": "pca2"}
    whole = imported(tmp_path / "whole", given)
    assert imported(tmp_path / "parts", given, shard_size=100) == whole
    logs = tmp_path / "parts" / "maps" / "logs" / "families"
    assert len(list(logs.glob("embed.kmers.*-of-3.log"))) == 3
