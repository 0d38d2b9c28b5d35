"""Debian's Firefox without a window, driven by its Marionette protocol.

Playwright drives a Firefox of its own only, which it downloads.
"""

import base64
import itertools
import json
import os
import shutil
import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.support.waiting import wait_until

PROGRAM = "firefox-esr"
_OPTIONS = {
    "marionette.port": 0,
    # No network: what a page asks for fails.
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
}


class Firefox:
    """One Firefox with a new profile; a context manager."""

    def __init__(self, folder: Path, size: tuple[int, int] = (1280, 720)):
        self.folder, self.size, self._ids = folder, size, itertools.count(1)

    def __enter__(self) -> "Firefox":
        profile = self.folder / "profile"
        profile.mkdir(parents=True)
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in _OPTIONS.items()]
        (profile / "user.js").write_text("\n".join(lines))
        command = [shutil.which(PROGRAM), "--headless", "--marionette", "--no-remote"]
        command += ["--profile", str(profile), "--window-size", ",".join(map(str, self.size))]
        environment = os.environ | {"HOME": str(self.folder)}
        with ExitStack() as stack:
            log = stack.enter_context((self.folder / "firefox.log").open("wb"))
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
            stack.enter_context(process)
            stack.callback(process.kill)
            self.socket = stack.enter_context(_connected(profile / "MarionetteActivePort"))
            self._read()
            self._ask("WebDriver:NewSession", {})
            self._end = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._end.close()

    def _read(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            length += self._receive(1)
        content = b""
        while len(content) < int(length[:-1]):
            content += self._receive(int(length[:-1]) - len(content))
        return json.loads(content)

    def _receive(self, most: int) -> bytes:
        content = self.socket.recv(most)
        if not content:
            raise ConnectionError(f"Firefox is gone; see {self.folder / 'firefox.log'}")
        return content

    def _ask(self, command: str, parameters: dict[str, Any]) -> Any:
        text = json.dumps([0, next(self._ids), command, parameters]).encode()
        self.socket.sendall(b"%d:%b" % (len(text), text))
        *_, error, result = self._read()
        assert error is None, error
        return result

    def open(self, address: str) -> None:
        """Open an address and wait for the page's load."""
        self._ask("WebDriver:Navigate", {"url": address})

    def run(self, script: str, *arguments: object) -> Any:
        """Return what a script returns, which may await."""
        parameters = {"script": script, "args": list(arguments)}
        return self._ask("WebDriver:ExecuteScript", parameters)["value"]

    def picture(self, path: Path) -> None:
        """Write a picture of the window."""
        parameters = {"full": False}
        path.write_bytes(
            base64.b64decode(self._ask("WebDriver:TakeScreenshot", parameters)["value"])
        )


def _connected(port: Path) -> socket.socket:
    wait_until(lambda: port.exists() and port.read_text().strip())
    return socket.create_connection(("127.0.0.1", int(port.read_text())), timeout=90)
