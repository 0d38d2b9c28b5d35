"""Real Snakemake runs, started as a user starts them: by the venv's script, not activated."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "families.fasta"
LABELS = ROOT / "examples" / "families.tsv"


def snakemake(
    folder,
    *arguments,
    cores=2,
    more_environment=None,
    snakefile=ROOT / "Snakefile",
    prefix=(),
    **config,
):
    """Run it in `folder`; configuration by keyword. Returns the finished process.

    `prefix` is a command that runs the command which follows it.
    """
    program = Path(sys.executable).with_name("snakemake")
    command = [*prefix, program, "--snakefile", snakefile]
    command += ["--cores", str(cores), "--directory", folder, *arguments]
    if config:
        command += ["--config", *(f"{key}={value}" for key, value in config.items())]
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8"}
    environment |= more_environment or {}
    return subprocess.run(
        list(map(str, command)), capture_output=True, text=True, cwd=folder, env=environment
    )


def succeed(folder, *arguments, **options):
    result = snakemake(folder, *arguments, **options)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


def read_json(path):
    return json.loads(Path(path).read_text())
