"""uvicorn, told two things it does not tell an application: a stop, and what became of a body."""

import asyncio
import resource
from types import FrameType

import structlog
import uvicorn

log = structlog.get_logger()

#: How long after a body a connection may still be reset by a client that did not read it.
_RESET_SECONDS = 1.0
#: Files that are open beside those of connections: runs, logs, libraries.
_OTHER_FILES = 256


class Connection:
    """What the application may ask about its connection, as `scope["extensions"][KEY]`."""

    KEY = "gateway.connection"

    def __init__(self) -> None:
        self.lost = asyncio.Event()
        self.reset = False

    async def took_all(self) -> bool:
        """After the last byte was sent: whether the client stayed to take it.

        A client that hangs up with bytes unread resets the connection; one that has read all
        closes it properly or keeps it.
        """
        try:
            await asyncio.wait_for(self.lost.wait(), _RESET_SECONDS)
        except TimeoutError:
            return True
        return not self.reset


class Server(uvicorn.Server):
    """Tells the application to let its streams go as soon as a stop is asked for."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        loop = asyncio.get_event_loop()
        loop.call_soon_threadsafe(self.config.loaded_app.state.closing.set)
        super().handle_exit(sig, frame)


def make_room(connections: int) -> None:
    """Raise this process's limit of open files to what that many connections may need."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # An upload has its socket and its file.
    wanted = 2 * connections + _OTHER_FILES
    if hard != resource.RLIM_INFINITY and hard < wanted:
        log.warning("few_open_files", allowed=hard, wanted=wanted)
        wanted = hard
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
