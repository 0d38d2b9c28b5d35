"""A model hub with one repository, on a port of this machine."""

import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "fedcba9876" * 4


@contextmanager
def serving(folder: Path, repository: str):
    """Yield the address, and the list of the files that were asked for."""
    asked: list[str] = []
    handler = type("Handler", (_Handler,), {"folder": folder, "name": repository, "asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = self.path.partition("?")[0]
        files = {it.name: it.read_bytes() for it in self.folder.iterdir() if it.is_file()}
        if path.startswith(f"/{self.name}/resolve/"):
            name = path.rpartition("/")[2]
            self._file(files.get(name), name)
        elif path.startswith(f"/api/models/{self.name}/tree/"):
            self._json([{"type": "file", "path": it, **_stored(b)} for it, b in files.items()])
        elif path in (f"/api/models/{self.name}", f"/api/models/{self.name}/revision/main"):
            names = [{"rfilename": it} for it in files]
            self._json({"id": self.name, "sha": COMMIT, "siblings": names})
        else:
            self._answer(404, b"")

    do_HEAD = do_GET

    def _file(self, content, name):
        if content is None:
            self._answer(404, b"", **{"X-Error-Code": "EntryNotFound"})
            return
        if self.command == "GET":
            self.asked.append(name)
        tag = f'"{_stored(content)["oid"]}"'
        self._answer(200, content, **{"ETag": tag, "X-Repo-Commit": COMMIT})

    def _json(self, value):
        self._answer(200, json.dumps(value).encode(), **{"Content-Type": "application/json"})

    def _answer(self, status, content, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def log_message(self, *_):
        pass


def _stored(content: bytes) -> dict:
    return {"size": len(content), "oid": hashlib.sha1(content).hexdigest()}
