"""The annotate step against faked services, in a process with a home of its own."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.fakes.web import FakeWeb

PROTSPACE = Path(sys.executable).with_name("protspace")
REMOTE = "uniprot,taxonomy,interpro,ted"


def proteins(count: int, first: int = 10000) -> dict[str, str]:
    """Accessions that UniProt knows, and sequences."""
    rng = random.Random(first)
    letters = "ACDEFGHIKLMNPQRSTVWY"
    return {f"P{first + n}": "M" + "".join(rng.choices(letters, k=50)) for n in range(count)}


class Bench:
    """One home, one cache; `annotate` runs the step, `protspace` the command it must equal."""

    def __init__(self, folder: Path, web: FakeWeb):
        self.folder, self.web = folder, web
        self.environment = os.environ | web.environment | {"HOME": str(folder / "home")}
        (folder / "home").mkdir(exist_ok=True)

    def annotate(self, found: dict[str, str], *options: str, wanted: str = REMOTE) -> pa.Table:
        """The annotation table; the process must succeed."""
        ended = self.start(found, *options, wanted=wanted)
        assert ended.returncode == 0, ended.stderr
        return pq.read_table(self.folder / "annotations.parquet")

    def start(self, found: dict[str, str], *options: str, wanted: str = REMOTE):
        table = pa.table({"protein_id": list(found), "sequence": list(found.values())})
        lengths = pa.array(map(len, found.values()), pa.int64())
        table = table.append_column("length", lengths)
        pq.write_table(table, self.folder / "sequences.parquet")
        log = self.folder / "logs" / "annotate.log"
        arguments = ["sequences.parquet", "--annotations", *wanted.split(",")]
        arguments += ["--cache", str(self.folder / "cache.sqlite"), "--log", str(log)]
        arguments += ["--output", "annotations.parquet", "--report", "annotate.json", *options]
        return self._run([sys.executable, "-m", "steps", "annotate", *arguments])

    def retrieve(self, source: str) -> None:
        """Run step retrieve, which writes uniprot.fasta and uniprot.parquet."""
        arguments = [source, "--output=uniprot.fasta", "--entries=uniprot.parquet"]
        command = [sys.executable, "-m", "steps", "retrieve", *arguments, "--cache=none"]
        assert self._run(command).returncode == 0

    def protspace(self, found: dict[str, str], wanted: str = REMOTE, *options: str) -> pa.Table:
        """Return the table of protspace's own command, its rows in the order of `found`."""
        fasta = "".join(f">sp|{key}|X\n{sequence}\n" for key, sequence in found.items())
        (self.folder / "x.fasta").write_text(fasta)
        groups = [option for name in wanted.split(",") for option in ("-a", name)]
        command = [PROTSPACE, "annotate", "-i", "x.fasta", *groups, "-o", "theirs.parquet"]
        self._run([*command, *options])
        theirs = pq.read_table(self.folder / "theirs.parquet").to_pandas()
        rows = theirs.set_index(theirs.columns[0]).reindex(list(found))
        return pa.Table.from_pandas(rows.reset_index(), preserve_index=False)

    def _run(self, command: list) -> subprocess.CompletedProcess:
        environment = self.environment | {"PYTHONPATH": str(Path(__file__).parents[2])}
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=600
        )

    @property
    def report(self) -> dict:
        return json.loads((self.folder / "annotate.json").read_text())

    @property
    def sources(self) -> dict:
        return self.report["parameters"]["sources"]
