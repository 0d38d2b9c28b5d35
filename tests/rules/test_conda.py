"""Jobs in Conda environments, which a stand-in makes and Snakemake activates."""

import sys

import pytest

from tests.support.snakemake_run import EXAMPLE, ROOT, snakemake, succeed

CONDA = """#!/bin/sh
case "$1 $2" in
"info --json") echo '{"conda_prefix": "HERE", "platform": "linux-64"}' ;;
"--version ") echo conda 24.11.0 ;;
"config --get") echo '{"get": {"channel_priority": "strict"}}' ;;
"env create")
    while [ $# -gt 0 ]; do
        case "$1" in --prefix) prefix=$2 ;; --file) file=$2 ;; esac
        shift
    done
    mkdir -p "$prefix/bin" && cp "$file" "HERE/asked.yaml"
    printf '#!/bin/sh\\necho "$3" >>HERE/used\\nexec PYTHON "$@"\\n' >"$prefix/bin/python"
    chmod +x "$prefix/bin/python" ;;
esac
"""
OPTIONS = ("--software-deployment-method", "conda")


@pytest.fixture
def conda(tmp_path):
    """The folder of a Conda whose environments have our Python, and how to reach it."""
    here = tmp_path / "conda"
    (here / "bin").mkdir(parents=True)
    program = here / "bin" / "conda"
    program.write_text(CONDA.replace("HERE", str(here)).replace("PYTHON", sys.executable))
    program.chmod(0o755)
    (here / "bin" / "activate").write_text('export PATH="$1/bin:$PATH"\n')
    return here, {"PATH": f"{here}/bin:/usr/local/bin:/usr/bin:/bin"}


@pytest.mark.slow
def test_jobs_in_conda_environments_find_the_steps(tmp_path, conda):
    here, environment = conda
    config = {"input": EXAMPLE, "methods": "pca2", "annotations": "header"}
    succeed(tmp_path, *OPTIONS, more_environment=environment, **config)
    used = (here / "used").read_text().split()
    assert {"normalize", "embed", "annotate", "bundle"} <= set(used)


def test_conda_environments_can_be_made_without_running_a_job(tmp_path, conda):
    here, environment = conda
    options = (*OPTIONS, "--conda-create-envs-only", "--conda-prefix", tmp_path / "shared")
    ended = snakemake(tmp_path, *options, more_environment=environment, input=EXAMPLE)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert (here / "asked.yaml").read_text() == (ROOT / "envs" / "steps.yaml").read_text()
    assert list((tmp_path / "shared").iterdir()) and not (tmp_path / "results").exists()
