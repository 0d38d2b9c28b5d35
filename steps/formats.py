"""Recognise files by their first bytes: compressed ones are unpacked, others get a remedy.

Patterns are matched with the bytes taken for Latin-1 text. The page has the same list from
`/api/options`, so patterns must mean the same in JavaScript.
"""

import bz2
import gzip
import lzma
import re
import zlib
from dataclasses import dataclass
from io import BufferedIOBase, BufferedReader
from typing import cast

_MAGIC = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}
#: Endings of names of compressed files.
SUFFIXES = (".gz", ".bz2", ".xz", ".zst")
#: What reading a damaged file raises; pyarrow says OSError of zstd.
DAMAGED = (EOFError, OSError, ValueError, zlib.error, lzma.LZMAError)
#: Bytes from the beginning that the patterns need.
START = 4096


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: a sentence on what it is, with the remedy."""

    pattern: re.Pattern[str]
    sentence: str


def _format(pattern: str, sentence: str) -> Format:
    return Format(re.compile(pattern), sentence)


_SHEET = "Save the sheet as CSV (UTF-8), or its sequences as FASTA."
_STRUCTURE = "Give its sequences as FASTA, which structure databases offer beside each entry."
_CONVERT = "Convert it to FASTA, e.g. with seqret of EMBOSS or Biopython's SeqIO.convert."
_ALIGNMENT = "Export the alignment as FASTA."
_TEXT = "Save it as plain text."

FORMATS = (
    _format(r"^PK\x03\x04[\s\S]*?xl/", f"The file is an Excel workbook. {_SHEET}"),
    _format(r"^PK\x03\x04[\s\S]*?word/", f"The file is a Word document. {_TEXT}"),
    _format(r"^PK\x03\x04", "The file is a zip archive. Unpack it, and give the file inside."),
    _format(r"^[\s\S]{257}ustar", "The file is a tar archive. Unpack it, and give a file inside."),
    _format(r"^(?:7z\xbc\xaf|Rar!)", "The file is an archive (7z or rar). Unpack it first."),
    _format(r"^\xd0\xcf\x11\xe0", f"The file is an old Excel or Word document. {_SHEET}"),
    _format(
        r"^\x89HDF\r\n",
        "The file is HDF5. Embeddings need the ending .h5; otherwise give FASTA.",
    ),
    _format(r"^PAR1", "The file is Parquet. Give the FASTA file, or the table as CSV."),
    _format(
        r"^(?:\x1f\x9d|\x04\"M\x18|\]\x00\x00)",
        "The file is compressed by compress, lz4 or lzma. Unpack it, or use gzip, xz or zstd.",
    ),
    _format(r"^%PDF-", f"The file is a PDF. {_TEXT}"),
    _format(r"^\{\\rtf", f"The file is rich text (RTF). {_TEXT}"),
    _format(
        r"^(?:(?:HEADER|TITLE|COMPND|REMARK|CRYST1|ATOM|HETATM|MODEL|SEQRES|EXPDTA|AUTHOR) {2,}"
        r"|PARENT +N/A)",
        f"The file is a PDB structure. {_STRUCTURE}",
    ),
    _format(
        r"^(?:#[^\n]*\n)*data_[!-~]+\s+(?:#|_|loop_)",
        f"The file is an mmCIF structure. {_STRUCTURE}",
    ),
    _format(r"^[ \t\r\n]*LOCUS {2,}[!-~]", f"The file is a GenBank or GenPept entry. {_CONVERT}"),
    _format(r"^ID {3}[!-~]", f"The file is an EMBL or UniProt flat file. {_CONVERT}"),
    _format(r"^>(?:P1|F1|DL|DC|RL|RC|N1|N3|XX);", f"The file is in PIR format. {_CONVERT}"),
    _format(
        r"^(?:CLUSTAL|MUSCLE|PROBCONS|T-COFFEE)", f"The file is a CLUSTAL alignment. {_ALIGNMENT}"
    ),
    _format(r"^[ \t\r\n]*# STOCKHOLM", f"The file is a Stockholm alignment. {_ALIGNMENT}"),
    _format(
        r"^[ \t\r\n]*#(?:NEXUS|nexus|MEGA|mega)",
        f"The file is a NEXUS or MEGA alignment. {_ALIGNMENT}",
    ),
    _format(r"^(?:!!AA_MULTIPLE|PileUp| *MSF: )", f"The file is an MSF alignment. {_ALIGNMENT}"),
    _format(r"^ *[0-9]+ +[0-9]+ *\r?\n", f"The file is a PHYLIP alignment. {_ALIGNMENT}"),
    _format(
        r"^>Cluster [0-9]+\r?\n[0-9]+\t[0-9]+(?:aa|nt), >",
        "The file is a list of clusters by CD-HIT. Give the FASTA file beside it, without .clstr.",
    ),
    _format(r"^HMMER3", "The file is a profile of HMMER, which holds no proteins. Give FASTA."),
    _format(r"^@(?:HD|SQ|RG|PG|CO)\t", "The file is a SAM file of reads. Give proteins as FASTA."),
    _format(
        r"^@[!-~][^\n]*\n[A-Za-z.]{5}",
        "The file is FASTQ, which holds reads. Give proteins as FASTA.",
    ),
    _format(r"^##gff", "The file is GFF, which holds no proteins. Translate it, e.g. by gffread."),
    _format(
        r"^[ \t\r\n]*<(?:!DOCTYPE|!doctype|HTML|html|head|body)",
        "The file is a web page (HTML). Download the file itself, not the page that shows it.",
    ),
    _format(
        r"^[ \t\r\n]*<(?:\?xml|uniprot|INSDSet|GBSet|TSeqSet|BlastOutput)",
        f"The file is XML. {_CONVERT}",
    ),
    _format(r"^[ \t\r\n]*[\[{][ \t\r\n]*[\"{\[]", "The file is JSON. Write the proteins as FASTA."),
)


def other_format(start: bytes) -> str | None:
    """Return the sentence on a file of another format, by its first `START` bytes."""
    text = start[:START].decode("latin-1")
    return next((each.sentence for each in FORMATS if each.pattern.match(text)), None)


def compression_of(start: bytes) -> str | None:
    """Return `gzip`, `bzip2`, `xz` or `zstd` for the first bytes of a file, else `None`."""
    return next((name for magic, name in _MAGIC.items() if start.startswith(magic)), None)


def count_streams(file: BufferedReader, kind: str) -> int:
    """Return how many compressed files may be joined in one, which is read to its end.

    It is how often their first bytes occur; by chance they do once in 16 MB.
    """
    (magic,) = (magic for magic, name in _MAGIC.items() if name == kind)
    if kind == "gzip":
        # The only method there is.
        magic += b"\x08"
    return sum(block.count(magic) for block in iter(lambda: file.read(1 << 20), b""))


def unpacked(file: BufferedReader) -> BufferedIOBase:
    """Return the content of a file, unpacked while it is read."""
    match compression_of(file.peek(8)):
        case "gzip":
            return gzip.open(file, "rb")
        case "bzip2":
            return bz2.open(file, "rb")
        case "xz":
            return lzma.open(file, "rb")
        case "zstd":
            return _zstd(file)
        case _:
            return file


def _zstd(file: BufferedReader) -> BufferedIOBase:
    """Return the unpacked content; the standard library has no zstd before Python 3.14."""
    import pyarrow as pa

    # pyarrow's streams have the methods of io, but are of no class of it.
    stream = cast(BufferedReader, pa.CompressedInputStream(pa.PythonFile(file), "zstd"))
    return BufferedReader(stream)
