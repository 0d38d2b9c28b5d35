"""Read the text of a table, and drop what is above its header: `sep=;` and comments."""

from collections.abc import Callable
from pathlib import Path

from steps.errors import StepError
from steps.formats import compression_of, other_format

#: Number, counted from 1, and text of a line.
type Line = tuple[int, str]

#: Characters of a name or cell in a message.
_SHOWN = 60


def shown(text: str) -> str:
    """Return a name or cell as it is quoted in a message; a long one is cut."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")


def invalid(path: Path, message: str, line: int | None = None) -> StepError:
    """Return the error for a table that cannot be read without guessing."""
    where = f"{path.name}, line {line}" if line else path.name
    return StepError("INVALID_ANNOTATIONS", f"Annotation table {where}: {message}")


def read_lines(path: Path) -> tuple[str, list[Line]]:
    """Return the separator that a line `sep=;` names, or nothing, and the lines from the header on.

    Raises:
        StepError: INVALID_ANNOTATIONS.
    """
    lines = list(enumerate(_read(path).split("\n"), 1))
    while lines and not lines[0][1].strip():
        lines.pop(0)
    separator = _separator(lines[0][1]) if lines else ""
    if separator:
        lines.pop(0)
    comments = []
    while lines and (not lines[0][1].strip() or lines[0][1].startswith("#")):
        comments.append(lines.pop(0))
    if comments and lines and _names_columns(comments[-1][1], lines[0][1], separator or "\t,;"):
        number, line = comments[-1]
        lines.insert(0, (number, line.lstrip("# ")))
    if not lines:
        raise invalid(path, "the file is empty.")
    return separator, lines


def _read(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise invalid(path, f"it cannot be read ({error.strerror}).") from error
    if packed := compression_of(content):
        raise invalid(path, f"it is compressed ({packed}). Unpack it first.")
    if found := other_format(content):
        raise invalid(path, _with_remedy(found))
    # Excel's "Unicode text" is UTF-16.
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise invalid(path, "not UTF-8 text. In Excel, save as 'CSV UTF-8'.", line) from error
    if "\0" in text:
        raise invalid(path, "it holds NUL bytes. Save it as text.")
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\x1a")


def _with_remedy(sentence: str) -> str:
    """Return the sentence on another format with the remedy for a table, where it has FASTA's."""
    what, _, remedy = sentence.partition(". ")
    is_for_fasta = any(word in remedy for word in ("FASTA", "proteins", "gffread"))
    return f"{what}. Save the table as CSV (UTF-8)." if is_for_fasta else sentence


def _separator(line: str) -> str:
    """Return the separator that Excel's line `sep=;` names, or nothing."""
    text = line.strip(' "')
    return text[4:5] if text.lower().startswith("sep=") and len(text.rstrip()) <= 5 else ""


def _names_columns(comment: str, row: str, separators: str) -> bool:
    """Return whether a comment is the header of the row below it, as in `#id<TAB>family`."""
    return any(0 < comment.count(each) == row.count(each) for each in separators)


def is_comment(fields: list[str], is_known: Callable[[str], bool]) -> bool:
    """Return whether a row below the header is a comment."""
    return fields[0].startswith("#") and not is_known(fields[0])
