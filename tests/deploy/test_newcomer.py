"""The commands of docs/deploy.md, each as it stands there, on a Debian with nothing on it."""

import json
import re
import time

import pytest

from tests.support.clean_root import CleanRoot, reach_packages
from tests.support.docs_commands import blocks, to_run
from tests.support.gateway_process import ROOT
from tests.support.waiting import wait_until

pytestmark = pytest.mark.deploy
PAGE = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
COMMANDS = blocks("docs/deploy.md")[0].splitlines()
#: What comes later on this page, and what operations.md has an operator do; the last one stops all.
LATER = [*blocks("docs/deploy.md")[1:], *blocks("docs/operations.md")]
#: What the page has people put in the place of its examples.
SITE, SOURCE = "proteins.example.org", "https://example.org/protspace-pipeline.git"
AUTHORITY = "/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt"
CHOICES = (
    "-F embedders=composition -F annotations=sequence -F methods=tsne2,umap2,localmap2,pacmap2"
)


@pytest.fixture(scope="module")
def machine(debian, tmp_path_factory):
    """A booted Debian on which each command has been given, and succeeded."""
    folder = tmp_path_factory.mktemp("newcomer") / "root"
    root = CleanRoot(folder)
    root.copy(debian)
    pip = reach_packages(folder)
    # Caddy holds requests for 15 s; a busy machine starts the gateway later.
    (folder / "root/.curlrc").write_text("retry = 8\nretry-connrefused\n")
    root.boot([ROOT])
    try:
        for command in COMMANDS:
            give(root, command, pip)
        yield root
    finally:
        root.stop()


def give(root: CleanRoot, command: str, pip: dict) -> None:
    if command.startswith("git clone"):
        git = "git config --system"
        root.run(f"{git} safe.directory '*' && {git} url.file://{ROOT}.insteadOf {SOURCE}")
    # Only packages come from elsewhere; the services have a loopback of their own.
    elsewhere = command.split()[0] in ("apt-get", "make")
    more = pip if elsewhere else {"CURL_CA_BUNDLE": AUTHORITY}
    result = root.run(command.replace(SITE, "localhost"), network=elsewhere, **more)
    assert result.returncode == 0, f"{command}\n{result.stdout}{result.stderr}\n{journal(root)}"


def journal(root: CleanRoot) -> str:
    return root.run("journalctl --no-pager --lines 60").stdout


def curl(root: CleanRoot, arguments: str) -> str:
    result = root.run(f"curl --fail --silent {arguments}", CURL_CA_BUNDLE=AUTHORITY)
    assert result.returncode == 0, f"{arguments}\n{result.stdout}{result.stderr}\n{journal(root)}"
    return result.stdout


def submit(root: CleanRoot) -> str:
    """A job that goes through Caddy; its id."""
    file = "-F file=@/opt/protspace-pipeline/examples/families.fasta"
    return json.loads(curl(root, f"{file} {CHOICES} https://localhost/api/prepare"))["job_id"]


def test_there_are_fewer_than_ten_commands():
    assert 0 < len(COMMANDS) < 10 and not any(re.search("&&|;", line) for line in COMMANDS)


def test_an_upload_becomes_a_bundle_behind_caddy(machine):
    job = submit(machine)
    events = curl(machine, f"-N https://localhost/api/prepare/{job}/events")
    assert re.findall("^event: (.*)", events, re.M)[-1] == "done", events + journal(machine)
    bundle = f"https://localhost/api/prepare/{job}/bundle"
    assert int(curl(machine, f"-o /dev/null -w '%{{size_download}}' {bundle}")) > 1000


def test_runs_live_through_a_restart_of_the_service(machine):
    job = submit(machine)
    state = f"/var/lib/protspace-pipeline/runs/{job}/state.json"
    wait_until(lambda: read_state(machine, state)["pid"])
    before = read_state(machine, state)
    # Or a quick one would be over before the gateway is back.
    assert machine.run(f"kill -STOP -- -{before['pid']}").returncode == 0
    assert machine.run("systemctl restart protspace-gateway").returncode == 0
    restarted = time.time()
    assert machine.run(f"kill -CONT -- -{before['pid']}").returncode == 0
    events = curl(machine, f"-N https://localhost/api/prepare/{job}/events")
    assert re.findall("^event: (.*)", events, re.M)[-1] == "done", events + journal(machine)
    after = read_state(machine, state)
    assert (after["pid"], after["attempts"]) == (before["pid"], 1)
    assert after["finished"] > restarted


def read_state(root: CleanRoot, path: str) -> dict:
    return json.loads(root.run(f"cat {path}").stdout)


def test_the_service_is_confined(machine):
    """systemd's own scale: 10 is no confinement at all; below 3.5 counts as OK."""
    told = machine.run("systemd-analyze security --no-pager protspace-gateway").stdout
    assert float(re.search(r"exposure level for \S+: ([\d.]+)", told)[1]) < 2, told
    verified = machine.run("systemd-analyze verify protspace-gateway.service")
    assert verified.returncode == 0 and "protspace" not in verified.stderr, verified.stderr


def test_the_compiled_code_of_the_setup_is_used(machine):
    """Numba reads only where it may write; without the copy each run would compile for 20 s."""
    compiled = "/opt/protspace-pipeline/.venv/var/numba"
    count = "find {} -name '*.nbc' | wc -l"
    made = int(machine.run(count.format(compiled)).stdout)
    kept = int(machine.run(count.format("/var/cache/protspace-pipeline/numba")).stdout)
    assert made > 50 and kept - made < made / 10


def restart(root: CleanRoot) -> None:
    root.run("systemctl restart protspace-gateway")
    # Caddy holds this, but no upload, until the gateway is there.
    curl(root, "https://localhost/readyz")


def test_settings_are_read_from_the_file_of_the_page(machine):
    assert "/etc/protspace-pipeline.env" in PAGE
    machine.run("echo PREP_API_TOKEN=s3cret > /etc/protspace-pipeline.env")
    restart(machine)
    told = "-o /dev/null -w '%{http_code}' -X POST https://localhost/api/prepare"
    answer = machine.run(f"curl --silent {told}", CURL_CA_BUNDLE=AUTHORITY)
    machine.run("rm /etc/protspace-pipeline.env")
    restart(machine)
    assert answer.stdout == "401", journal(machine)


def make_store(root: CleanRoot) -> None:
    """As the first run for a language model does."""
    store = "/var/lib/protspace-pipeline/runs/.store/store.sqlite"
    code = f"from steps.cache import open_cache; open_cache('{store}')"
    as_user = "cd /opt/protspace-pipeline && runuser --user protspace-pipeline --"
    made = root.run(f'{as_user} sh -c "umask 077; .venv/bin/python -c \\"{code}\\""')
    assert made.returncode == 0, made.stderr


def test_the_commands_of_an_operator_work(machine):
    """In the order of the pages, with a run that is under way."""
    make_store(machine)
    job = ""
    for block in filter(None, map("\n".join, map(to_run, LATER))):
        if "$job" in block and not job:
            restart(machine)
            job = submit(machine)
            logs = f"ls /var/lib/protspace-pipeline/runs/{job}/logs/input"
            wait_until(lambda: "log" in machine.run(logs).stdout)  # noqa: B023
        result = machine.run(f"set -e\n{block}", job=job)
        assert result.returncode == 0, f"{block}\n{result.stdout}{result.stderr}"
    assert "inactive" in machine.run("systemctl is-active protspace-gateway").stdout
    left = "ps -u protspace-pipeline -o args | grep -c steps."
    assert machine.run(left).stdout.strip() == "0"
