"""A gateway to measure, and its end."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
from http_load import request
from measure import ROOT

sys.path.insert(0, str(ROOT))
from gateway.execution import processes
from gateway.runs.directory import Runs

SETTINGS = {
    "PREP_EMBEDDER": "composition",
    "PREP_ANNOTATIONS": "header,sequence",
    "PREP_CORES": "2",
    "PREP_MAX_CONCURRENT_JOBS": "2",
    "PREP_MAX_PENDING_JOBS": "1000",
    "PREP_RATE_LIMIT": "100000/minute",
    "PREP_REFUSED_RATE_LIMIT": "100000/minute",
    "PREP_LOG_LEVEL": "WARNING",
}


def configure(folder: Path, **more: str) -> None:
    """The gateway and what is compared with it read the same settings, none of the caller's."""
    folder.mkdir(exist_ok=True)
    for name in [name for name in os.environ if name.startswith("PREP_")]:
        del os.environ[name]
    os.environ.update(SETTINGS | more, PREP_JOB_ROOT=str(folder / "gateway"))
    os.environ["PYTHONPATH"] = str(ROOT)


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[tuple[int, psutil.Process]]:
    """Port and process of a gateway that answers; it and its runs are gone afterwards."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        command = [sys.executable, "-m", "gateway", "--fd", str(held.fileno())]
        process = subprocess.Popen(command, cwd=folder, pass_fds=[held.fileno()])
    try:
        await ready(port, process)
        yield port, psutil.Process(process.pid)
    finally:
        await stop(process)
        # Workflows outlive their gateway.
        for run in Runs(folder / "gateway"):
            if run.state.status == "running":
                await processes.end(run)


async def stop(process: subprocess.Popen) -> None:
    """End it politely, so that it has written down every run that it started."""
    process.terminate()
    for _ in range(100):
        if process.poll() is not None:
            return
        await asyncio.sleep(0.1)
    process.kill()
    process.wait()


async def ready(port: int, process: subprocess.Popen) -> None:
    async with asyncio.timeout(180):
        while True:
            if process.poll() is not None:
                raise RuntimeError("The gateway did not start.")
            with contextlib.suppress(ConnectionError):
                if (await request(port, "GET", "/readyz")).status == 200:
                    return
            await asyncio.sleep(0.1)
