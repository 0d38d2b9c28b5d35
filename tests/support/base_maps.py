"""A small map of the example that uploads of tests can join."""

from pathlib import Path

from tests.support.snakemake_run import EXAMPLE, succeed

_RECORDS = [f">{record}" for record in EXAMPLE.read_text().split(">")[1:]]
#: A tenth of the example, for uploads; the others are on the map.
NEW = _RECORDS[::10]
OLD = [record for record in _RECORDS if record not in NEW]


def make_base(folder: Path, **config: str) -> Path:
    """Return the results of a run of most of the example, by `kmers`."""
    folder.mkdir(exist_ok=True)
    (folder / "toxins.fasta").write_text("".join(OLD))
    succeed(folder, input="toxins.fasta", annotations="header,sequence", **config)
    return folder / "results" / "toxins"
