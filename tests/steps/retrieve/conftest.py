"""The faked UniProt, and step retrieve as its command line runs it, in this process."""

import json
from pathlib import Path

import pytest
from protspace.data.annotations.retrievers import http_utils

from steps.retrieve.step import main
from tests.fakes.web import FakeWeb

QUERY = "(family:phospholipase) AND (reviewed:true)"


@pytest.fixture(scope="module")
def running():
    with FakeWeb() as web:
        yield web


@pytest.fixture
def web(running, monkeypatch):
    running.reset()
    running.hits.clear()
    running.uniprot.fault, running.uniprot.refusals = None, 3
    for name, value in running.environment.items():
        monkeypatch.setenv(name, value)
    # Tries again at once, as often as ever.
    monkeypatch.setattr(http_utils, "BACKOFF_BASE_SECONDS", 0.01)
    return running


class Step:
    """Step retrieve in a folder, with a cache of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, source: str, *options: str) -> dict:
        """Return the report; the step must succeed."""
        main([source, *self._paths(), *options])
        return json.loads((self.folder / "report.json").read_text())

    def fail(self, source: str, *options: str) -> dict:
        """Return code and message; the step must fail."""
        with pytest.raises(SystemExit):
            main([source, *self._paths(), *options])
        return json.loads((self.folder / "step.error.json").read_text())

    def run_list(self, text: str, *options: str) -> dict:
        """Return the report for a list of accessions."""
        (self.folder / "list.txt").write_text(text)
        return self.run(str(self.folder / "list.txt"), *options)

    @property
    def headers(self) -> list[str]:
        lines = (self.folder / "uniprot.fasta").read_text().splitlines()
        return [line[1:] for line in lines if line.startswith(">")]

    @property
    def identifiers(self) -> list[str]:
        return [header.split("|")[1] for header in self.headers]

    def _paths(self) -> list[str]:
        names = {
            "output": "uniprot.fasta", "entries": "uniprot.parquet", "report": "report.json",
            "log": "step.log", "cache": "cache.sqlite",
        }  # fmt: skip
        return [f"--{key}={self.folder / name}" for key, name in names.items()]


@pytest.fixture
def step(tmp_path):
    return Step(tmp_path)
