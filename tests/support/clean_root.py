"""A Debian with nothing on it, booted with systemd beside this one. Needs root and debootstrap."""

import os
import shutil
import signal
import ssl
import subprocess
import sys
import time
from pathlib import Path

import psutil

from tests.support.waiting import PATIENCE_SECONDS

RELEASE = "trixie"
#: Where `reach_packages` puts the certificates that this machine trusts.
AUTHORITIES = "etc/authorities-of-the-tests.crt"
# What Debian's installer always installs, too, and a minimal root lacks.
_INCLUDED = "systemd-sysv,dbus,ca-certificates,procps"
#: Mounts of a booted system, and systemd in the place of this script.
_BOOT = """
set -e
mount --make-rprivate /
mount --bind "$ROOT" "$ROOT"
mount -t tmpfs tmpfs "$ROOT/run"
mount -t proc proc "$ROOT/proc"
mount -t sysfs -o ro sysfs "$ROOT/sys"
mount -t cgroup2 cgroup2 "$ROOT/sys/fs/cgroup"
mount --rbind /dev "$ROOT/dev"
for folder in $SHOWN; do
    mkdir -p "$ROOT/$folder"
    mount --bind -o ro "$folder" "$ROOT/$folder"
done
# What is shown may lie in /tmp, which systemd would cover.
ln -sf /dev/null "$ROOT/etc/systemd/system/tmp.mount"
exec env -i container=other PATH=/usr/sbin:/usr/bin chroot "$ROOT" /sbin/init
"""
_NAMESPACES = ("--mount", "--uts", "--ipc", "--pid", "--cgroup")


def mirror() -> str:
    """Where this machine's apt has Debian from."""
    form = "$(SITE) $(ORIGIN) $(LABEL)"
    command = ["apt-get", "indextargets", "--format", form, "Created-By: Packages"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return next(line.split()[0] for line in lines if line.endswith(" Debian Debian"))


class CleanRoot:
    """One such Debian: `make` or `copy`, `boot`, `run` commands in it, `stop`."""

    def __init__(self, folder: Path):
        self.folder, self.cgroup = folder, _cgroups() / f"clean-root-{os.getpid()}"

    def make(self) -> None:
        command = ["debootstrap", "--variant=minbase", f"--include={_INCLUDED}", RELEASE]
        with self.folder.with_suffix(".log").open("wb") as log:
            command += [str(self.folder), mirror()]
            subprocess.run(command, stdout=log, stderr=log, check=True)

    def copy(self, other: Path) -> None:
        subprocess.run(["cp", "--archive", other, self.folder], check=True)

    def boot(self, shown: list[Path]) -> None:
        """Start systemd, with no network but a loopback of its own; `shown` folders are there."""
        # It has no terminal of its own.
        (self.folder / "etc/systemd/system/getty.target").symlink_to("/dev/null")
        self.cgroup.mkdir()
        names = " ".join(map(str, shown))
        self.process = subprocess.Popen(
            ["unshare", *_NAMESPACES, "--net", "--fork", "--kill-child", "bash", "-c", _BOOT],
            env=os.environ | {"ROOT": str(self.folder), "SHOWN": names},
            stdin=subprocess.DEVNULL,
            stdout=self.folder.with_suffix(".boot").open("wb"),
            stderr=subprocess.STDOUT,
            # The new system's own is the root of its control groups.
            preexec_fn=lambda: (self.cgroup / "cgroup.procs").write_text(str(os.getpid())),
        )
        self._await_boot()

    def _await_boot(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._is_up():
            assert time.monotonic() < deadline, self.folder.with_suffix(".boot").read_text()
            time.sleep(0.5)

    def _is_up(self) -> bool:
        children = psutil.Process(self.process.pid).children()
        if not children or children[0].name() != "systemd":
            return False
        state = self.run("systemctl is-system-running").stdout.strip()
        return state in ("running", "degraded")

    def run(self, command: str, network=False, **environment) -> subprocess.CompletedProcess:
        """A command of its root's shell; `network`: with that of this machine."""
        (init,) = psutil.Process(self.process.pid).children()
        names = [*_NAMESPACES] if network else [*_NAMESPACES, "--net"]
        inside = ["nsenter", "--target", str(init.pid), *names, "--root", "--wd"]
        variables = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"}
        variables |= environment
        clean = ["env", "-i", *(f"{name}={value}" for name, value in variables.items())]
        return subprocess.run(
            [*inside, *clean, "bash", "-c", command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=2400,
        )

    def stop(self) -> None:
        """End all of it at once, and remove it; its mounts are gone with its processes."""
        for process in psutil.Process(self.process.pid).children():
            process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE_SECONDS)
        folders = [Path(path) for path, _, _ in os.walk(self.cgroup, topdown=False)]
        for folder in folders:
            folder.rmdir()
        shutil.rmtree(self.folder)


def _cgroups() -> Path:
    """Where this machine has its unified hierarchy of control groups."""
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    return Path(next(mount[1] for mount in mounts if mount[2] == "cgroup2"))


def reach_packages(folder: Path) -> dict[str, str]:
    """Let a root reach what this machine reaches; the variables with which pip does."""
    shutil.copy("/etc/resolv.conf", folder / "etc" / "resolv.conf")
    known = ssl.get_default_verify_paths()
    shutil.copy(os.environ.get("SSL_CERT_FILE") or known.openssl_cafile, folder / AUTHORITIES)
    found = {"PIP_CERT": f"/{AUTHORITIES}", "DEBIAN_FRONTEND": "noninteractive"}
    index = subprocess.run(
        [sys.executable, "-m", "pip", "config", "get", "global.index-url"], capture_output=True
    )
    return found | ({"PIP_INDEX_URL": index.stdout.decode().strip()} if index.stdout else {})
