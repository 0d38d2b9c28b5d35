"""What an upload is made of: FASTA, accessions or a query of UniProt, or embeddings.

A FASTA file is checked as a whole, of embeddings all but the numbers. Of proteins of UniProt, the
number is known before they are downloaded; the run does that, and checks what it gets.
"""

from functools import partial
from pathlib import Path
from typing import get_args

from anyio import CapacityLimiter
from starlette.datastructures import FormData, UploadFile

from gateway.http import uniprot
from gateway.http.checks import answered, check_bytes, copy
from gateway.http.embeddings import store_embeddings
from gateway.http.errors import GatewayError
from gateway.http.looking import LOOKING
from gateway.http.uniprot import Source
from gateway.run_config import fasta_limits
from gateway.runs.directory import DATASET
from gateway.settings import FILES, Input, Own, Settings
from steps.formats import compression_of
from steps.normalize.fasta import FastaReader

#: Larger compressed files hold more than 1,500,000 residues, or what can hardly be packed.
_LARGE = 1_000_000
_LABELS: dict[Input, str] = {
    "file": "A FASTA file",
    "accessions": "A list of accessions",
    "query": "A UniProt query",
    "embeddings": "A file of embeddings",
}
# More files at a time would not be read faster, but each may need tens of megabytes. Large
# compressed files, which take half a second each, do not hold up others, which take a tenth.
_reading, _reading_large = CapacityLimiter(1), CapacityLimiter(1)
_counting = CapacityLimiter(8)


def check(form: FormData, settings: Settings) -> None:
    """Check that a form has one source, which is allowed.

    Raises:
        GatewayError: NO_FILE, NOT_ALLOWED.
    """
    for name in (*FILES, *get_args(Own)):
        if len(form.getlist(name)) > 1:
            message = f"The form has '{name}' several times. Send one file of it."
            raise GatewayError(400, "NOT_ALLOWED", message)
    given = _given(form)
    if not given:
        raise GatewayError(
            422,
            "NO_FILE",
            "The form has no part 'file' with a FASTA file in it, and none of 'accessions', "
            "'query' and 'embeddings'.",
        )
    if len(given) > 1:
        message = f"The form has {' and '.join(given)}. Send one of them."
        raise GatewayError(400, "NOT_ALLOWED", message)
    if given[0] not in settings.allowed_inputs:
        offered = ", ".join(settings.allowed_inputs)
        message = f"{_LABELS[given[0]]} is not offered here; offered: {offered}."
        raise GatewayError(400, "NOT_ALLOWED", message)


def _given(form: FormData) -> list[Input]:
    """Return the sources of a form; empty fields are none."""
    given: list[Input] = []
    for name in get_args(Input):
        value = form.get(name)
        is_file = isinstance(value, UploadFile)
        if is_file == (name in FILES) and (is_file or value):
            given.append(name)
    return given


async def store(form: FormData, chosen: list[str], folder: Path, settings: Settings) -> Source:
    """Put the source of an upload into `folder`, once it is known to be valid.

    Args:
        chosen: the embedders that the form chooses.

    Raises:
        GatewayError: a code of FASTA files, lists of accessions, UniProt queries or embeddings.
    """
    (name,) = _given(form)
    value = form[name]
    if isinstance(value, UploadFile):
        check_bytes(value, settings.most_bytes(name), "file", "Use fewer sequences")
        if name == "embeddings":
            look = partial(store_embeddings, value, chosen, folder, settings)
            return await answered(look, LOOKING)
        return await answered(partial(_store_file, value, folder, settings), _limiter(value))
    if name == "accessions":
        return await answered(partial(uniprot.store_accessions, value, folder, settings))
    return await answered(partial(uniprot.store_query, value, folder, settings), _counting)


def _limiter(file: UploadFile) -> CapacityLimiter:
    """Return which files a file waits for."""
    start = file.file.read(8)
    file.file.seek(0)
    is_large = compression_of(start) is not None and (file.size or 0) > _LARGE
    return _reading_large if is_large else _reading


def _store_file(file: UploadFile, folder: Path, settings: Settings) -> Source:
    path = folder / f"{DATASET}.fasta"
    copy(file, path)
    reader = FastaReader(path, fasta_limits(settings))
    identifiers = [record.identifier for record in reader]
    # Some of them had been shortened before it was seen that they must not be.
    known = None if reader.whole_words else identifiers
    return Source(file.filename or "", path.name, reader.counts.as_dict(), identifiers=known)
