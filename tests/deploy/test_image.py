"""deploy/Dockerfile, built and run by buildah without a container engine.

Its base cannot be pulled where the tests run; a fresh Debian with its own Python takes its place.
"""

import contextlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import psutil
import pytest

from tests.support.clean_root import reach_packages
from tests.support.gateway_process import ROOT, Gateway, fasta
from tests.support.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.deploy
_PYTHON = """apt-get update
apt-get install --yes --no-install-recommends python3 python3-venv python-is-python3"""


class Image:
    """The image, and a container of it with its two volumes."""

    def __init__(self, folder: Path):
        self.folder, self.stamp = folder, folder / "stamp"
        self.volumes = {f"/{name}": folder / name for name in ("runs", "cache")}
        self.command = ["buildah", "--root", folder / "storage", "--runroot", folder / "run"]
        self.environment = os.environ | {"BUILDAH_ISOLATION": "chroot", "STORAGE_DRIVER": "vfs"}

    def buildah(self, *arguments, **options) -> str:
        options |= {"env": self.environment, "capture_output": True, "text": True}
        result = subprocess.run([*self.command, *arguments], **options)
        assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-4000:]
        return result.stdout.strip()

    def make_base(self, debian: Path) -> None:
        """An image `localhost/base` with Python that can reach what this machine reaches."""
        base = self.folder / "base"
        subprocess.run(["cp", "--archive", debian, base], check=True)
        pip = reach_packages(base) | {"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        variables = [f"--env={name}={value}" for name, value in pip.items()]
        container = self.buildah("from", "scratch")
        self.buildah("add", "--quiet", container, base, "/")
        self.buildah("config", *variables, container)
        self.buildah("run", container, "--", "sh", "-c", _PYTHON)
        self.buildah("commit", "--rm", "--quiet", container, "localhost/base")
        shutil.rmtree(base)

    def build(self) -> None:
        ignored = ("--ignorefile", "deploy/Dockerfile.dockerignore")
        form = ("--format", "docker", "--network", "host", "--from", "localhost/base")
        file = ("--file", "deploy/Dockerfile", "--tag", "image", ".")
        self.buildah("build", *form, *ignored, *file, cwd=ROOT)
        self.container = self.buildah("from", "--pull-never", "localhost/image")
        told = json.loads(self.buildah("inspect", "--type", "image", "localhost/image"))
        self.config = told["Docker"]["config"]

    def start(self, port: int) -> subprocess.Popen:
        for folder in self.volumes.values():
            folder.mkdir()
            os.chown(folder, 10001, 10001)
        self.stamp.touch()
        entry = [*self.config["Entrypoint"], "--host", "127.0.0.1", "--port", str(port)]
        mounts = [f"--volume={folder}:{name}" for name, folder in self.volumes.items()]
        return subprocess.Popen(
            [*self.command, "run", "--network", "host", *mounts, self.container, "--", *entry],
            env=self.environment,
            stdout=(self.folder / "output").open("wb"),
            stderr=subprocess.STDOUT,
        )


@pytest.fixture(scope="module")
def image(debian, tmp_path_factory):
    built = Image(tmp_path_factory.mktemp("image"))
    built.make_base(debian)
    built.build()
    yield built
    built.buildah("rm", "--all")
    shutil.rmtree(built.folder / "storage")


class Contained(Gateway):
    """A gateway in the container."""

    def __init__(self, image: Image):
        super().__init__(image.folder / "runs")
        self.image = image

    def spawn(self) -> None:
        self.process = self.image.start(self.port)

    def stop(self) -> None:
        # buildah ends at once, and lets what it has started go on.
        inside = psutil.Process(self.process.pid).children(recursive=True)
        for process in inside:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.terminate()
        assert not psutil.wait_procs(inside, PATIENCE_SECONDS)[1]
        self.end()
        self.close()


def test_a_container_makes_a_bundle_and_writes_to_its_volumes_only(image):
    gateway = Contained(image).start()
    chosen = {"embedders": "composition", "annotations": "sequence", "methods": "umap2"}
    try:
        job_id = gateway.submit(fasta(30), **chosen)
        assert gateway.finish(job_id)["event"] == "done", (image.folder / "output").read_text()
        assert gateway.bundle(job_id).status_code == 200
    finally:
        gateway.stop()
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
