"""deploy/Dockerfile, built and run by buildah without a container engine.

Its base cannot be pulled where the tests run, so a fresh Debian with its own Python takes its place.
"""

import json
import os
import subprocess
from pathlib import Path

import httpx
import pytest
from clean_root import AUTHORITIES, reach_packages
from gateway_process import ROOT, Gateway, fasta, free_port, wait_until

pytestmark = pytest.mark.deploy
_PYTHON = "python3 python3-venv python-is-python3"


class Image:
    """The image, and a container of it with its two volumes."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.volumes = {f"/{name}": folder / name for name in ("runs", "cache")}

    def buildah(self, *arguments, **options) -> str:
        command = ["buildah", "--root", self.folder / "storage", "--runroot", self.folder / "run"]
        environment = os.environ | {"BUILDAH_ISOLATION": "chroot", "STORAGE_DRIVER": "vfs"}
        result = subprocess.run(
            [*command, *arguments], env=environment, capture_output=True, text=True, **options
        )
        assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-4000:]
        return result.stdout.strip()

    def build(self, base: Path) -> None:
        container = self.buildah("from", "scratch")
        self.buildah("add", "--quiet", container, base, "/")
        pip = reach_packages(base) | {"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        self.buildah("copy", "--quiet", container, base / AUTHORITIES, f"/{AUTHORITIES}")
        for name, value in pip.items():
            self.buildah("config", "--env", f"{name}={value}", container)
        install = f"apt-get update && apt-get install --yes --no-install-recommends {_PYTHON}"
        self.buildah("run", container, "--", "sh", "-c", install)
        self.buildah("commit", "--rm", "--quiet", container, "localhost/base")
        ignored = ("--ignorefile", "deploy/Dockerfile.dockerignore")
        form = ("--format", "docker", "--network", "host", "--build-arg", "BASE=localhost/base")
        self.buildah(
            *("build", *form, *ignored, "--file", "deploy/Dockerfile", "--tag", "image", "."),
            cwd=ROOT,
        )
        self.container = self.buildah("from", "--pull-never", "localhost/image")
        self.config = json.loads(self.buildah("inspect", "--type", "image", "localhost/image"))
        self.config = self.config["Docker"]["config"]

    def start(self, port: int) -> None:
        for folder in self.volumes.values():
            folder.mkdir()
            os.chown(folder, 10001, 10001)
        self.stamp = self.folder / "stamp"
        self.stamp.touch()
        command = [*self.config["Entrypoint"], "--host", "127.0.0.1", "--port", str(port)]
        mounts = [f"--volume={folder}:{name}" for name, folder in self.volumes.items()]
        self.process = subprocess.Popen(
            ["buildah", "--root", self.folder / "storage", "--runroot", self.folder / "run", "run"]
            + ["--network", "host", *mounts, self.container, "--", *command],
            env=os.environ | {"BUILDAH_ISOLATION": "chroot", "STORAGE_DRIVER": "vfs"},
            stdout=(self.folder / "output").open("wb"),
            stderr=subprocess.STDOUT,
        )


@pytest.fixture(scope="module")
def image(debian, tmp_path_factory):
    folder = tmp_path_factory.mktemp("image")
    built = Image(folder)
    base = folder / "base"
    subprocess.run(["cp", "--archive", debian, base], check=True)
    built.build(base)
    yield built
    built.buildah("rm", "--all")
    subprocess.run(["rm", "-rf", folder / "storage", base], check=True)


def test_a_container_makes_a_bundle_and_writes_to_its_volumes_only(image):
    gateway = Gateway.__new__(Gateway)
    port = free_port()
    image.start(port)
    gateway.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60)
    try:
        wait_until(gateway.answers, 30)
        chosen = {"embedders": "composition", "annotations": "sequence", "methods": "umap2"}
        job_id = gateway.submit(fasta(30), **chosen)
        assert gateway.finish(job_id)["event"] == "done", (image.folder / "output").read_text()
        assert gateway.bundle(job_id).status_code == 200
    finally:
        image.process.terminate()
        image.process.wait(30)
    assert written_since(image) == []


def written_since(image: Image) -> list[str]:
    """Files of the image itself that the container wrote."""
    mounted = Path(image.buildah("mount", image.container))
    find = ["find", mounted, "-xdev", "-newer", image.stamp, "-type", "f"]
    found = subprocess.run(find, capture_output=True, text=True, check=True).stdout.split()
    return [name for name in found if not name.startswith((f"{mounted}/tmp", f"{mounted}/etc"))]


def test_the_image_says_who_runs_it_and_how_to_ask_for_its_health(image):
    assert image.config["User"] == "10001:10001"
    assert image.config["Entrypoint"][0] == "/usr/bin/tini"
    assert set(image.config["Volumes"]) == {"/runs", "/cache"}
    assert "/healthz" in image.config["Healthcheck"]["Test"][-1]


def test_an_image_without_a_gateway_is_not_healthy(image):
    command = image.config["Healthcheck"]["Test"][1:]
    with pytest.raises(AssertionError, match="refused"):
        image.buildah("run", image.container, "--", *command)
