"""Other forms of a result, made of it when they are first asked for: a table, an HTML file."""

from collections.abc import Callable
from pathlib import Path

from anyio import to_thread
from starlette.requests import Request

from gateway.http.download import HTML, TABLE, download_name
from gateway.http.errors import GatewayError, of_refusal
from gateway.http.preview import READING
from gateway.http.services import find_done, services
from gateway.runs import disk
from gateway.runs.directory import Run
from gateway.runs.disk import DiskFull
from gateway.runs.redact import without_paths


async def find_export(request: Request, suffix: str) -> Run:
    """Return the run of the path, which has a bundle and, from now on, this form of it.

    Raises:
        GatewayError: INVALID_ID, NOT_FOUND, EXPIRED, NOT_FINISHED, DISK_FULL.
    """
    run = find_done(request)
    if run.export(suffix).is_file():
        return run
    try:
        await _make(run, suffix, services(request).settings.min_free_bytes)
    finally:
        try:
            find_done(request)
        except GatewayError:
            # It was removed meanwhile, and what was just made must not stay.
            run.shed()
            raise
    return run


async def _make(run: Run, suffix: str, min_free_bytes: int) -> None:
    try:
        with disk.refusing_when_full(run.path.parent, min_free_bytes):
            await to_thread.run_sync(_write, run, run.export(suffix), limiter=READING)
    except DiskFull as error:
        raise of_refusal(error) from error


def _write(run: Run, path: Path) -> None:
    # Others may have asked for it at the same time.
    if not path.is_file():
        _WRITERS[path.suffix](run, path)


# What they need is imported for the first of each, as for the first preview.
def _write_table(run: Run, path: Path) -> None:
    from steps.report.export import write_table

    write_table(run.bundle, path)


def _write_html(run: Run, path: Path) -> None:
    from steps.report.html.step import read_made, write_html

    made = read_made(run.provenance)
    made["warnings"] = [without_paths(each) for each in made["warnings"]]
    title = download_name(run.request.file_name, "")[1]
    write_html(path, title, run.bundle, run.neighbours, run.sequences, made)


_WRITERS: dict[str, Callable[[Run, Path], None]] = {TABLE: _write_table, HTML: _write_html}
