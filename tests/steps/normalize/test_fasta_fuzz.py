"""The FASTA reader with generated files, sound and damaged."""

import gzip

from hypothesis import given
from hypothesis import strategies as st

from steps.errors import StepError
from steps.normalize.fasta import FastaReader, Record
from steps.normalize.identifiers import MAX_IDENTIFIER
from steps.normalize.limits import Limits
from steps.normalize.residues import RESIDUES

LIMITS = Limits(
    min_sequences=1, max_sequences=5, max_length=50, max_total_residues=120, max_file_bytes=4000
)
CODES = {
    *("EMPTY_FASTA", "TOO_FEW_SEQUENCES", "TOO_MANY_SEQUENCES", "SEQUENCE_TOO_LONG"),
    *("MALFORMED_FASTA", "DUPLICATE_IDENTIFIERS", "TOTAL_RESIDUES_EXCEEDED", "FILE_TOO_LARGE"),
}
identifiers = st.text("abcXYZ019_.-ä", min_size=1, max_size=12)
sequences = st.text("ACDEFGHIKLMNPQRSTVWY", min_size=1, max_size=40).map(lambda text: "W" + text)
proteins = st.dictionaries(identifiers, sequences, min_size=1, max_size=6)
ends = st.sampled_from([b"\n", b"\r\n", b"\r", b"\n\n"])
pieces = st.sampled_from(
    [
        b">",
        b">a\n",
        b"MKV\n",
        b"\r",
        b"\0",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\x1f\x8b",
        b"*",
        b"-",
        b" ",
    ]
)
noise = st.lists(st.one_of(pieces, st.binary(max_size=9)), max_size=30).map(b"".join)


def written(found: dict[str, str], end: bytes, width: int) -> bytes:
    """Return a FASTA file of identifier -> sequence."""
    lines = []
    for identifier, sequence in found.items():
        lines += [f">{identifier} text"] + [
            sequence[i : i + width] for i in range(0, len(sequence), width)
        ]
    return b"".join(line.encode() + end for line in lines)


def outcome(folder, content: bytes, limits: Limits = LIMITS) -> list[Record] | str:
    """Return the records, or the code of the error; its message must be printable."""
    path = folder / "any.fasta"
    path.write_bytes(content)
    try:
        return list(FastaReader(path, limits))
    except StepError as found:
        error = found
    assert error.code in CODES
    assert error.message.isprintable(), error.message
    return error.code


@given(proteins, ends, st.integers(1, 60), st.booleans())
def test_records_are_read_as_written_in_any_layout(tmp_path_factory, found, end, width, packed):
    content = written(found, end, width)
    content = gzip.compress(content, 1) if packed else content
    records = outcome(tmp_path_factory.getbasetemp(), content, Limits())
    assert {record.identifier: record.sequence for record in records} == found


@given(proteins, st.data())
def test_damaged_file_gives_sound_records_or_a_code(tmp_path_factory, found, data):
    content = written(found, data.draw(ends), 20)
    at = data.draw(st.integers(0, len(content)))
    content = content[:at] + data.draw(noise) + content[at + data.draw(st.integers(0, 9)) :]
    records = outcome(tmp_path_factory.getbasetemp(), content)
    if isinstance(records, list):
        assert 1 <= len(records) == len({record.identifier for record in records}) <= 5
        assert all(0 < len(record.identifier) <= MAX_IDENTIFIER for record in records)
        assert all(0 < len(record.sequence) <= 50 for record in records)
        assert not "".join(r.sequence for r in records).encode().translate(None, RESIDUES)


@given(proteins, st.binary(min_size=1, max_size=4), st.floats(0, 1), st.floats(0, 1))
def test_damaged_gzip_gives_records_or_a_code(tmp_path_factory, found, noise, where, cut):
    content = gzip.compress(written(found, b"\n", 60), 1)
    at = 2 + int(where * (len(content) - 2))
    content = content[:at] + noise + content[at + len(noise) :]
    outcome(tmp_path_factory.getbasetemp(), content[: max(2, int(cut * 2 * len(content)))])


@given(st.integers(3998, 9000), st.sampled_from([b"M", b"-", b"\n", b" ", b"*"]), st.booleans())
def test_file_is_not_read_beyond_its_limit(tmp_path_factory, count, byte, packed):
    content = b">a\n" + byte * count
    content = gzip.compress(content) if packed else content
    assert outcome(tmp_path_factory.getbasetemp(), content) == "FILE_TOO_LARGE"
