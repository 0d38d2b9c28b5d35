"""Clients that upload, follow and download, whatever becomes of the gateway meanwhile."""

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
from protspace.data.io.bundle import read_bundle_contents

from tests.support.gateway_process import Gateway, fasta

_AGAIN_SECONDS = 0.1
_BOUNDARY = "x7f3"


@dataclass
class Job:
    """A job whose 202 a client received."""

    id: str
    proteins: int
    events: list[dict] = field(default_factory=list)
    rows: int | None = None

    @property
    def end(self) -> str:
        last = self.events[-1]
        return "done" if last["event"] == "done" else last["data"]["code"]


class Client(threading.Thread):
    """One job after the other; `doing` says where it is. Raises what it found wrong in `check`."""

    def __init__(self, gateway: Gateway, seed: int):
        super().__init__(daemon=True)
        self.gateway, self.random = gateway, random.Random(seed)
        self.jobs: list[Job] = []
        self.doing, self.stopping, self.fault = "", False, None
        self.http = httpx.Client(base_url=gateway.url, timeout=30)

    def run(self) -> None:
        try:
            while not self.stopping:
                if job := self._upload():
                    self.jobs.append(job)
                    self._follow(job)
                    self._download(job)
        except BaseException as error:
            self.fault = error

    def finish(self) -> list[Job]:
        """Let it end the job that it has; its fault, if it found one."""
        self.stopping = True
        self.join(180)
        assert not self.is_alive(), f"a client still waits for {self.jobs[-1]}"
        if self.fault:
            raise self.fault
        return self.jobs

    def _upload(self) -> Job | None:
        proteins = self.random.randint(20, 40)
        content = self._slowly(fasta(proteins, seed=self.random.random()))
        headers = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}
        try:
            answer = self.http.post("/api/prepare", content=content, headers=headers)
        except httpx.TransportError:
            # No 202, no promise.
            time.sleep(_AGAIN_SECONDS)
            return None
        finally:
            self.doing = ""
        assert answer.status_code == 202, answer.text
        return Job(answer.json()["job_id"], proteins)

    def _slowly(self, text: str) -> Iterator[bytes]:
        """The form in two parts, so that there is a time in which an upload is on its way."""
        fields = "".join(
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in {"methods": "pca2", "annotations": "sequence"}.items()
        )
        file = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
        self.doing = "uploading"
        yield (fields + file + text[: len(text) // 2]).encode()
        time.sleep(self.random.random() / 2)
        yield f"{text[len(text) // 2 :]}\r\n--{_BOUNDARY}--\r\n".encode()

    def _follow(self, job: Job) -> None:
        """As a browser does: connect again with the last id, whenever the stream ends."""
        while not job.events or job.events[-1]["event"] not in ("done", "error"):
            after = int(job.events[-1]["id"]) if job.events else None
            try:
                for event in self.gateway.events(job.id, after):
                    job.events.append(event)
            except httpx.TransportError:
                time.sleep(_AGAIN_SECONDS)

    def _download(self, job: Job) -> None:
        while job.end == "done" and job.rows is None:
            try:
                with self.http.stream("GET", f"/api/prepare/{job.id}/bundle") as answer:
                    assert answer.status_code == 200, answer.read()
                    self.doing = "downloading"
                    time.sleep(self.random.random() / 2)
                    content = answer.read()
                    assert len(content) == int(answer.headers["content-length"])
            except httpx.TransportError:
                time.sleep(_AGAIN_SECONDS)
                continue
            finally:
                self.doing = ""
            job.rows = read_bundle_contents(content, warn_legacy=False).annotations.num_rows
