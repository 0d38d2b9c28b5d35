"""The hosted service's own sequence: four commands of protspace, unmodified, one upload."""

import subprocess
import sys
import time
from pathlib import Path

PROGRAM = str(Path(sys.executable).with_name("protspace"))


class Hosted:
    """Runs the sequence in a folder; `stages` has the seconds of the latest upload by stage."""

    def __init__(self, folder: Path):
        self.folder, self.stages = folder, {}

    def upload(self, fasta: bytes) -> float:
        """Seconds from the FASTA file to the bundle: embed and annotate at once, then the rest."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / "input.fasta").write_bytes(fasta)
        started = time.monotonic()
        embed = self._start("embed", "-i", "input.fasta", "-e", "prot_t5", "-o", "embeddings")
        annotate = self._start("annotate", "-i", "input.fasta", "-o", "annotations.parquet")
        self._finish("embed", embed, started)
        self._finish("annotate", annotate, started)
        projected = ("-m", "pca2,umap2", "-o", "projections")
        self._run("project", "-i", "embeddings/prot_t5.h5", *projected)
        files = ("-p", "projections", "-a", "annotations.parquet")
        self._run("bundle", *files, "-o", "input.parquetbundle")
        return time.monotonic() - started

    def _start(self, *arguments: str) -> subprocess.Popen:
        output = (self.folder / f"{arguments[0]}.log").open("wb")
        with output:
            return subprocess.Popen(
                [PROGRAM, *arguments], cwd=self.folder, stdout=output, stderr=output
            )

    def _run(self, *arguments: str) -> None:
        started = time.monotonic()
        self._finish(arguments[0], self._start(*arguments), started)

    def _finish(self, stage: str, process: subprocess.Popen, started: float) -> None:
        if process.wait():
            log = (self.folder / f"{stage}.log").read_text(errors="replace")
            sys.exit(f"protspace {stage} failed:\n{log[-2000:]}")
        self.stages[stage] = time.monotonic() - started
