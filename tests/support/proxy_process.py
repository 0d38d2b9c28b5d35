"""Caddy and nginx as deploy/ configures them, before a gateway of the tests.

Only what has to be is changed: names, ports, certificates, and where files lie.
"""

import os
import shutil
import ssl
import subprocess
from pathlib import Path

import httpx
import trustme

from tests.support.gateway_process import ROOT
from tests.support.ports import bound
from tests.support.waiting import PATIENCE_SECONDS, wait_until

DEPLOY = ROOT / "deploy"
KINDS = ("caddy", "nginx")
#: Streams of events of all clients, by both.
STREAMS = 1100
_CADDY_GLOBAL = """
{{
    admin off
    skip_install_trust
    http_port {http}
    default_bind 127.0.0.1
    storage file_system {folder}/caddy
"""
_NGINX_MAIN = """user root;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
worker_rlimit_nofile 8192;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {site}
}}
"""


class Proxy:
    """A running proxy; `url` is where it listens, `client` an HTTP client from some address.

    `streams` is how many followers there may be, where that is not what deploy/ says.
    """

    def __init__(self, kind: str, folder: Path, gateway_port: int, streams: int = STREAMS):
        self.kind, self.folder, self.gateway_port = kind, folder, gateway_port
        self.streams = streams
        self._held = [bound(), bound()]
        self.http, self.https = (held.getsockname()[1] for held in self._held)
        self.url = f"https://127.0.0.1:{self.https}"
        folder.mkdir()

    def start(self) -> "Proxy":
        command, environment = getattr(self, f"_{self.kind}")()
        with (self.folder / "output").open("wb") as output:
            self.process = subprocess.Popen(
                command, env=os.environ | environment, stdout=output, stderr=output
            )
        wait_until(self._answers)
        return self

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE_SECONDS)
        for held in self._held:
            held.close()

    def client(self, address="127.0.0.1") -> httpx.Client:
        """A client that comes from an address of the loopback network."""
        transport = httpx.HTTPTransport(verify=self._trusted(), local_address=address)
        return httpx.Client(base_url=self.url, transport=transport, timeout=60)

    def _answers(self) -> bool:
        try:
            return self.client().get("/healthz").status_code == 200
        except (httpx.TransportError, OSError):
            assert self.process.poll() is None, (self.folder / "output").read_text()
            return False

    def _trusted(self):
        return ssl.create_default_context(cafile=self.authority)

    def _caddy(self) -> tuple[list, dict]:
        self.authority = self.folder / "caddy/pki/authorities/local/root.crt"
        config = self.folder / "Caddyfile"
        first = _CADDY_GLOBAL.format(http=self.http, folder=self.folder)
        changes = {"\n{\n": first, f"_count {STREAMS}\n": f"_count {self.streams}\n"}
        config.write_text(_changed("Caddyfile", changes))
        environment = {"SITE": self.url, "GATEWAY": f"127.0.0.1:{self.gateway_port}"}
        command = [program("caddy"), "run", "--adapter", "caddyfile", "--config", str(config)]
        return command, environment | {"XDG_CONFIG_HOME": str(self.folder)}

    def _nginx(self) -> tuple[list, dict]:
        self.authority = self.folder / "authority.pem"
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.authority)
        certificate = authority.issue_cert("127.0.0.1")
        certificate.private_key_and_cert_chain_pem.write_to_path(self.folder / "site.pem")
        config = self.folder / "nginx.conf"
        config.write_text(_NGINX_MAIN.format(folder=self.folder, site=self._nginx_site()))
        return [program("nginx"), "-c", str(config), "-e", str(self.folder / "nginx.log")], {}

    def _nginx_site(self) -> str:
        changes = {
            "listen 80;": f"listen 127.0.0.1:{self.http};",
            "listen 443 ": f"listen 127.0.0.1:{self.https} ",
            "server 127.0.0.1:8000;": f"server 127.0.0.1:{self.gateway_port};",
            f"streams {STREAMS};": f"streams {self.streams};",
            "/etc/ssl/proteins.example.org/fullchain.pem": f"{self.folder}/site.pem",
            "/etc/ssl/proteins.example.org/privkey.pem": f"{self.folder}/site.pem",
        }
        return _changed("nginx.conf", changes)


def _changed(name: str, changes: dict[str, str]) -> str:
    """Return a file of deploy/ with some of its words replaced, each of which stands there once."""
    text = (DEPLOY / name).read_text()
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def program(name: str) -> str:
    found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
    assert found, f"{name} is missing; on Debian: apt-get install {name}"
    return found
