"""Normalize a FASTA file: write sequences.fasta and sequences.parquet, keyed by identifier.

Of files of embeddings, which hold no sequences, sequences.fasta is empty, and so are the columns
`sequence`, `length` and `sha256`.

With `--onto`, the proteins of an earlier map come first.

sequences.parquet has a row for each protein in the order of the input: `protein_id` (the key of
every later table), `header` (as it was), `sequence`, `length` (residues), `sha256` (of the
sequence, hexadecimal) and the fields of `steps.normalize.headers`.
"""

import argparse
import hashlib
from collections.abc import Iterator
from dataclasses import asdict, fields
from itertools import batched
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from steps import cli
from steps.files import described, file_sha256, replacing, write_text
from steps.hdf5.names import split_name
from steps.normalize.fasta import FastaReader, Record
from steps.normalize.headers import parse_header
from steps.normalize.limits import Counts, Limits

SCHEMA = pa.schema(
    [
        ("protein_id", pa.string()),
        ("header", pa.string()),
        ("sequence", pa.string()),
        ("length", pa.int64()),
        ("sha256", pa.string()),
        ("protein_name", pa.string()),
        ("gene_name", pa.string()),
        ("uniprot_kb_id", pa.string()),
        ("organism", pa.string()),
        ("taxon_id", pa.int64()),
        ("protein_existence", pa.string()),
        ("reviewed", pa.string()),
    ]
)
_BATCH = 10_000


def normalize(source: Path, fasta: Path, table: Path, limits: Limits) -> FastaReader:
    """Write both files; return the reader with its counts.

    Args:
        source: FASTA file, plain or compressed.
        fasta: sequences.fasta to write.
        table: sequences.parquet to write.
        limits: what the file may hold.

    Raises:
        StepError: see `FastaReader`.
    """
    reader = _write(FastaReader(source, limits), fasta, table)
    if reader.whole_words:
        # Seen only after records had been written.
        reader = _write(FastaReader(source, limits, whole_words=True), fasta, table)
    return reader


def _write(reader: FastaReader, fasta: Path, table: Path) -> FastaReader:
    with (
        replacing(fasta) as fasta_part,
        replacing(table) as table_part,
        fasta_part.open("w", encoding="utf-8") as text,
        pq.ParquetWriter(table_part, SCHEMA) as writer,
    ):
        for records in batched(reader, _BATCH):
            text.writelines(f">{each.identifier}\n{each.sequence}\n" for each in records)
            writer.write_batch(_batch(records))
    return reader


def _batch(records: tuple[Record, ...]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([row(record) for record in records], schema=SCHEMA)


def _write_proteins(headers: dict[str, str], fasta: Path, table: Path) -> None:
    """Write both files for proteins without sequences: identifier -> header."""
    rows = [
        {"protein_id": identifier, "header": header, **asdict(parse_header(header))}
        for identifier, header in headers.items()
    ]
    write_text(fasta, "")
    with replacing(table) as staged:
        pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), staged)


def row(record: Record) -> dict[str, str | int | None]:
    """Return the values of `SCHEMA` for one protein."""
    return {
        "protein_id": record.identifier,
        "header": record.header,
        "sequence": record.sequence,
        "length": len(record.sequence),
        "sha256": hashlib.sha256(record.sequence.encode()).hexdigest(),
        **asdict(parse_header(record.header)),
    }


def _limit_options(options: argparse.ArgumentParser) -> None:
    for limit in fields(Limits):
        options.add_argument(f"--{limit.name.replace('_', '-')}", type=int, metavar="N")


def _warnings(reader: FastaReader) -> Iterator[str]:
    counts = reader.counts
    if counts.empty_records:
        more = counts.empty_records > len(reader.empty)
        shown = ", ".join(reader.empty) + (", ..." if more else "")
        yield f"{counts.empty_records} record(s) without residues were left out: {shown}."
    if counts.gaps_removed:
        yield f"{counts.gaps_removed} gap character(s) were removed from the sequences."
    if counts.j_residues:
        yield f"{counts.j_residues} J (Leu or Ile) are given to embedders as X."
    if counts.indented_headers:
        yield f"Blanks before the '>' of {counts.indented_headers} header(s) were ignored."
    if counts.joined_lines:
        yield (
            f"{counts.joined_lines} header(s) followed residues on one line, as in files joined "
            "without a line end; each was taken for a new record."
        )
    if reader.whole_words:
        yield (
            "Identifiers are whole first words of headers with '|', because their fields repeat "
            "or are damaged."
        )


def main(argv: list[str] | None = None) -> None:
    """Run the step from its command line."""
    options = cli.parser("normalize", __doc__)
    options.add_argument(
        "source", type=Path, nargs="+", help="FASTA, plain or compressed; or files of embeddings"
    )
    options.add_argument("--names", nargs="*", default=[], help="embedders of these files")
    options.add_argument("--onto", type=Path, nargs="?", help="sequences.parquet of a map to join")
    options.add_argument("--without", type=Path, nargs="?", help="identifiers that leave the map")
    options.add_argument("--fasta", type=Path, required=True)
    options.add_argument("--table", type=Path, required=True)
    _limit_options(options)
    cli.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    limits = Limits(**{limit.name: getattr(arguments, limit.name) for limit in fields(Limits)})
    first, *more = arguments.source
    if split_name(str(first)):
        counts = _work_on_embeddings(arguments, limits)
    else:
        reader = normalize(first, arguments.fasta, arguments.table, limits)
        counts = reader.counts
        for warning in _warnings(reader):
            cli.log.warning(warning)
    report.counts = counts.as_dict()
    if arguments.onto:
        # Other runs need none of it.
        from steps.normalize.onto import join

        files = arguments.fasta, arguments.table
        report.counts |= join(arguments.onto, *files, arguments.without)
    report.parameters = {"input": first.name, "sha256": file_sha256(first)}
    if more:
        report.parameters["more"] = [described(path) for path in more]
    report.packages = ("pyarrow",)


def _work_on_embeddings(arguments: argparse.Namespace, limits: Limits) -> Counts:
    """Write the proteins of files of embeddings; return their counts."""
    # Loads h5py, which FASTA files do not need.
    from steps.normalize.embeddings import read_proteins

    names = arguments.names or [path.stem for path in arguments.source]
    proteins = read_proteins(list(zip(arguments.source, names, strict=True)), limits)
    _write_proteins(proteins.headers, arguments.fasta, arguments.table)
    return proteins.counts
