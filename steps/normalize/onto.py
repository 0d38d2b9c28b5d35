"""Join the proteins of an input to those of an earlier map: these first, as they were."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from steps.errors import StepError
from steps.files import replacing, write_text
from steps.normalize.identifiers import finder

_SHOWN = 3


def join(old: Path, fasta: Path, table: Path, without: Path | None = None) -> dict[str, int]:
    """Write both files of an input again, with the proteins of a map before the new ones.

    A protein that is on the map already, by identifier and sequence, is there once.

    Args:
        old: sequences.parquet of the map.
        fasta: sequences.fasta of the input.
        table: sequences.parquet of the input.
        without: file with identifiers of proteins that leave the map.

    Returns:
        Numbers: `old` and `new` proteins, those of the input that are `known` to the map, and those
        that were `removed` from it.

    Raises:
        StepError: DUPLICATE_IDENTIFIERS, for another sequence under an identifier of the map;
            INVALID_INPUT, for identifiers that cannot leave it.
    """
    whole, found = pq.read_table(old), pq.read_table(table)
    before = _kept(whole, found, without) if without else whole
    known = _named(found, before["protein_id"])
    _check(before, found.filter(known), old)
    new = found.filter(pc.invert(known))
    joined = pa.concat_tables([before.cast(found.schema), new])
    with replacing(table) as staged, pq.ParquetWriter(staged, joined.schema) as writer:
        # In groups of their own: who asks for new proteins need not read the others.
        for part in (joined.slice(0, len(before)), new):
            writer.write_table(part)
    pairs = zip(*(joined[name].to_pylist() for name in ("protein_id", "sequence")), strict=True)
    write_text(fasta, "".join(f">{name}\n{text}\n" for name, text in pairs if text is not None))
    removed = len(whole) - len(before)
    counts = {"old": len(before), "new": len(new), "known": len(found) - len(new)}
    return counts | ({"removed": removed} if removed else {})


def _named(table: pa.Table, names: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return which proteins of a table have one of these names."""
    return pc.is_in(table["protein_id"], value_set=names.combine_chunks())


def _kept(whole: pa.Table, found: pa.Table, without: Path) -> pa.Table:
    """Return the proteins of a map but for those that leave it."""
    identifiers = whole["protein_id"].to_pylist()
    find = finder(identifiers)
    words = _words(without, find)
    if not words:
        raise _invalid(without, "it names no protein. Write an identifier on each line.")
    named = {word: find(word) for word in words}
    unknown = [word for word in words if named[word] is None]
    leaving = pa.chunked_array([list(filter(None, named.values()))], pa.string())
    if unknown:
        raise _invalid(
            without,
            f"{len(unknown)} of {len(words)} identifiers are not on the map: {_some(unknown)}. It "
            f"has {_some(identifiers)}. Write one a line.",
        )
    back = found.filter(_named(found, leaving))["protein_id"].to_pylist()
    if back:
        raise _invalid(
            without,
            f"{_some(back)} would leave the map and come back with the input. Rename in the input "
            "what has changed, or take it out of one of the two.",
        )
    kept = whole.filter(pc.invert(_named(whole, leaving)))
    if not len(kept):
        raise _invalid(without, "no protein would stay on the map.")
    return kept


def _words(path: Path, find: Callable[[str], str | None]) -> list[str]:
    """Return the first word of each line, each once; what follows `#` is a comment.

    Raises:
        StepError: INVALID_INPUT, for a line with more than one identifier of the map.
    """
    content = path.read_bytes()
    # As PowerShell writes text.
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    found: dict[str, None] = {}
    for number, line in enumerate(content.decode(encoding, errors="replace").splitlines(), 1):
        words = line.partition("#")[0].removeprefix(">").split()
        if any(find(word) for word in words[1:]):
            raise _invalid(path, f"line {number} names several proteins. Write one a line.")
        found.update(dict.fromkeys(words[:1]))
    return list(found)


def _some(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")


def _invalid(path: Path, message: str) -> StepError:
    return StepError("INVALID_INPUT", f"Key 'without', file {path.name}: {message}")


def _check(before: pa.Table, known: pa.Table, old: Path) -> None:
    """Check that proteins with identifiers of the map are those of the map."""
    rows = pc.index_in(known["protein_id"], value_set=before["protein_id"].combine_chunks())
    names = known["protein_id"].to_pylist()
    pairs = zip(
        names, before["sequence"].take(rows).to_pylist(), known["sequence"].to_pylist(), strict=True
    )
    others = [(name, theirs, ours) for name, theirs, ours in pairs if theirs != ours]
    if not others:
        return
    said = "; ".join(f"{name} ({_difference(*texts)})" for name, *texts in others[:_SHOWN])
    more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
    raise StepError(
        "DUPLICATE_IDENTIFIERS",
        f"The map in {old.parent} has other sequences under identifiers of the input: {said}{more}."
        " Rename these in the input, or leave them out.",
    )


def _difference(theirs: str | None, ours: str) -> str:
    """Return how two sequences differ."""
    if theirs is None:
        return "the map has no sequence of it"
    pairs = zip(theirs, ours, strict=False)
    same = next((at for at, (one, other) in enumerate(pairs) if one != other), None)
    place = min(len(theirs), len(ours)) if same is None else same
    return f"{len(theirs)} residues there, {len(ours)} here, other from residue {place + 1} on"
