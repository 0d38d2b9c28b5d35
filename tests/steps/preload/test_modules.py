"""Modules that are imported before steps are forked: all of them exist, and none is missing."""

import json
import os
import subprocess
import sys
from pathlib import Path

from steps.preload import modules
from tests.fakes.biocentral import FakeBiocentral
from tests.fakes.web import FakeWeb
from tests.support.annotating import proteins
from tests.support.importing import import_all

ROOT = Path(__file__).resolve().parents[3]
#: Warms up and runs steps; prints the modules and the versions that were still to be loaded.
SCRIPT = """
import contextlib, importlib, json, sys
from steps import cli
from steps.__main__ import STEPS
from steps.preload import modules
modules.warm()
before, read = set(sys.modules), cli.version.cache_info().misses
for step, *arguments in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(sys.stderr):
        importlib.import_module(STEPS[step]).main([*arguments, "--report", f"{step}.json"])
print(json.dumps([sorted(set(sys.modules) - before), cli.version.cache_info().misses - read]))
"""
#: Of the standard library for proxies, and for the default folder of the cache.
NOT_IN_RUNS = {"netrc", "platformdirs"}
#: A run that uses all that is preloaded.
COMMANDS = """
retrieve list.txt --output uniprot.fasta --entries uniprot.parquet
normalize x.fasta --fasta y.fasta --table sequences.parquet
embed sequences.parquet --output own.h5 --embedder composition
embed sequences.parquet --output esm2_8m.h5 --embedder esm2_8m --biocentral-url {biocentral}
annotate sequences.parquet --output annotations.parquet --annotations {annotations}
project esm2_8m.h5 --output pca2.parquet --method pca2
project esm2_8m.h5 --output umap2.parquet --method umap2
neighbours esm2_8m.h5 --output neighbours.parquet
rank annotations.parquet --embeddings esm2_8m.h5 --output ranking.json
bundle --annotations annotations.parquet --projections pca2.parquet umap2.parquet --output x.bundle
provenance normalize.json --output x.json --config x.yaml --configuration {{"random_state":42}}
"""
ANNOTATIONS = "default taxonomy interpro ted header sequence"


def test_preloaded_modules_exist():
    import_all(modules.names())


def test_warm_process_runs_steps_without_further_imports(tmp_path):
    fasta = "".join(f">{name}\n{sequence}\n" for name, sequence in proteins(30).items())
    (tmp_path / "x.fasta").write_text(fasta)
    (tmp_path / "list.txt").write_text("P10000")
    with FakeBiocentral() as biocentral, FakeWeb(biocentral=biocentral.application) as web:
        environment = (
            os.environ | web.environment | {"XDG_CACHE_HOME": str(tmp_path), "HOME": str(tmp_path)}
        )
        lines = COMMANDS.format(biocentral=biocentral.url, annotations=ANNOTATIONS).split("\n")
        command = [
            sys.executable,
            "-c",
            SCRIPT,
            json.dumps([line.split() for line in lines if line]),
        ]
        ended = subprocess.run(
            command,
            cwd=tmp_path,
            env=environment | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )
    assert ended.returncode == 0, ended.stderr
    imported, versions = json.loads(ended.stdout.splitlines()[-1])
    assert [name for name in imported if name.partition(".")[0] not in NOT_IN_RUNS] == []
    assert versions == 0
