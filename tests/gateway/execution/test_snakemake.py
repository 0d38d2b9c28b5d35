"""The command line of a run's Snakemake."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gateway.execution.snakemake import arguments
from gateway.pipeline_files import PIPELINE
from gateway.runs.directory import Runs
from gateway.settings import Settings


def option(command: list[str], name: str) -> Path:
    return Path(command[command.index(name) + 1])


def test_runs_that_start_at_once_share_the_files_of_the_pipeline(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        for number in range(50):
            runs = Runs(tmp_path / str(number))
            staged = [runs.stage() for _ in range(8)]
            commands = list(pool.map(lambda run: arguments(run, Settings()), staged))
            sources = {option(each, "--runtime-source-cache-path") for each in commands}
            assert (sources.pop() / "file" / PIPELINE.relative_to("/")).readlink() == PIPELINE
            assert not sources
