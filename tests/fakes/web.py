"""The web services that protspace's annotation retrievers ask, for clients left as they are.

A proxy on loopback stands for all hosts: `requests` finds it by HTTPS_PROXY and trusts it by
REQUESTS_CA_BUNDLE, so `environment` is all that a subprocess needs. To run a command with it:

    python -m tests.fakes.web --latency 0.2 -- protspace annotate -i proteins.fasta -a uniprot
"""

import argparse
import os
import ssl
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Self

import trustme
from starlette.requests import Request
from starlette.routing import Host, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.fakes.proteins import Proteins
from tests.fakes.server import LoopbackServer
from tests.fakes.service import Service
from tests.fakes.tunnel import Tunnel
from tests.fakes.web_faults import FAULTS
from tests.fakes.web_hosts import URLS, hosts

__all__ = ["FAULTS", "URLS", "FakeWeb"]

_BIOCENTRAL = "biocentral.rostlab.org"


class FakeWeb:
    """All services, as a context manager; see `Service` for what each of them tells.

    `sequences` are those of a test's own proteins, by accession. `hits` has the accessions that
    each UniProt query finds. `biocentral` answers for the Biocentral server. `offline` lets no
    connection come about, as on a machine without a network. `connects` counts the connections
    that were wanted, by host, and `unknown_hosts` has those to hosts that are not faked.
    """

    def __init__(
        self, *, sequences: Mapping[str, str] | None = None, biocentral: ASGIApp | None = None
    ) -> None:
        self.uniprot, self.taxonomy = Service(self._drop), Service(self._drop)
        self.interpro, self.ted = Service(self._drop), Service(self._drop)
        self.files = Service(self._drop)
        self.offline = False
        self.hits: dict[str, Sequence[str]] = {}
        self._hosts = hosts(self.services, Proteins(sequences), self.hits)
        apps: dict[str, ASGIApp] = {host: Router(each.routes) for host, each in self._hosts.items()}
        apps |= {_BIOCENTRAL: biocentral} if biocentral else {}
        self._known = set(apps)
        self._authority = trustme.CA()
        http = partial(Tunnel, self._gate, _context(self._authority, *apps))
        self._server = LoopbackServer(self._application(apps), http=http)
        self.reset()

    @property
    def services(self) -> dict[str, Service]:
        return {name: getattr(self, name) for name in URLS}

    def reset(self) -> None:
        """Forget the counters of all services."""
        self.unknown_hosts: list[str] = []
        self.connects: Counter[str] = Counter()
        for service in self.services.values():
            service.reset()

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead the clients of a subprocess here."""
        proxy = dict.fromkeys(
            ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), self._server.url
        )
        direct = dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost")
        trust = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
        return proxy | direct | dict.fromkeys(trust, str(Path(self._folder.name, "ca.pem")))

    def start(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="fake-web-")
        self._authority.cert_pem.write_to_path(str(Path(self._folder.name, "ca.pem")))
        self._server.start()

    def stop(self) -> None:
        self._server.close()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _gate(self, host: str) -> str:
        self.connects[host] += 1
        if self.offline:
            return "closed"
        if host not in self._known:
            self.unknown_hosts.append(host)
            return "unknown"
        services = self._hosts[host].services if host in self._hosts else []
        down = services and all(service.fault == "down" for service in services)
        return "closed" if down else "open"

    def _application(self, apps: Mapping[str, ASGIApp]) -> ASGIApp:
        router = Router([Host(host, app) for host, app in apps.items()])

        async def application(scope: Scope, receive: Receive, send: Send) -> None:
            if self.offline:  # of a connection from before
                self._drop(Request(scope))
            else:
                await router(scope, receive, send)

        return application

    def _drop(self, request: Request) -> None:
        self._server.drop(request)


def _context(authority: trustme.CA, *hosts: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*hosts).configure_cert(context)
    return context


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fakes.web",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(["faults:", *(f"  {name:8} {line}" for name, line in FAULTS.items())]),
    )
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--fault", action="append", default=[], metavar="SERVICE=NAME")
    parser.add_argument("--offline", action="store_true", help="let no connection come about")
    parser.add_argument("command", nargs="+", help="what to run, after --")
    options = parser.parse_args()
    with FakeWeb() as web:
        web.offline = options.offline
        for service in web.services.values():
            service.latency = options.latency
        for name, fault in (each.split("=", 1) for each in options.fault):
            web.services[name].fault = fault
        code = subprocess.run(options.command, env=os.environ | web.environment).returncode
        counts = (f"{name} {service.requests}" for name, service in web.services.items())
        print(f"Requests: {', '.join(counts)}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
