"""`offline: true` tries no connection, in a network namespace with nothing but loopback."""

import os
import subprocess
import sys

import pytest

from tests.fakes.biocentral import FakeBiocentral
from tests.fakes.web import FakeWeb
from tests.support.annotating import proteins
from tests.support.snakemake_run import ROOT, read_json, succeed

pytestmark = pytest.mark.slow
UNSHARE = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]
RESULT = "results/x/x.parquetbundle"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Make what an online machine leaves: cache, `models`, and the bundle of an online run."""
    folder = tmp_path_factory.mktemp("site")
    fasta = "".join(f">{name}\n{text}\n" for name, text in proteins(40).items())
    (folder / "x.fasta").write_text(fasta)
    with FakeBiocentral() as biocentral, FakeWeb() as web:
        environment = os.environ | web.environment | {"HOME": str(folder)}
        command = [sys.executable, "-m", "steps", "prefetch", "--references", "--models"]
        subprocess.run([*command, folder / "models"], env=environment, cwd=ROOT, check=True)
        # The cache keeps embeddings by server: later runs must name the same.
        (folder / "server").write_text(biocentral.url)
        run(folder, "online", more_environment=web.environment)
    return folder


def run(site, name, prefix=(), more_environment=None, **changed):
    """Run the 40 proteins in a folder that is its own home; return the folder."""
    folder = site / name
    folder.mkdir()
    config = {"input": site / "x.fasta", "cache": site / "store.sqlite", "methods": "pca2"}
    config |= {"embedders": "esm2_8m", "annotations": "default,interpro,ted,genus"}
    config["biocentral_url"] = (site / "server").read_text()
    options = {"prefix": prefix, "more_environment": more_environment}
    succeed(folder, **options, **(config | changed))
    return folder


def without_slurm(site):
    """Hide `scontrol`, which Snakemake's plugin calls, and which queries the DNS."""
    (site / "bin").mkdir(exist_ok=True)
    (site / "bin" / "scontrol").write_text("#!/bin/sh\nexit 1\n")
    (site / "bin" / "scontrol").chmod(0o755)
    return site / "bin"


def isolated(site, name, **changed):
    """Run without any network; return the folder, and counts of tried connections by kind."""
    if subprocess.run([*UNSHARE, "true"]).returncode:
        pytest.skip("this machine lets nobody make a network namespace")
    counts = site / f"{name}.json"
    helper = ROOT / "tests" / "support" / "isolated.py"
    path = {"PATH": f"{without_slurm(site)}:/usr/local/bin:/usr/bin:/bin"}
    command = [*UNSHARE, sys.executable, helper, counts]
    folder = run(site, name, command, more_environment=path, **changed)
    return folder, read_json(counts)


def test_offline_run_tries_no_connection_and_gives_the_bytes_of_an_online_run(site):
    folder, tried = isolated(site, "offline", offline="true", models=site / "models")
    assert set(tried.values()) == {0}, tried
    assert (folder / RESULT).read_bytes() == (site / "online" / RESULT).read_bytes()
    assert read_json(folder / "results" / "x" / "provenance.json")["warnings"] == []


def test_online_run_without_network_tries_connections_and_reports_gaps(site):
    """Show that the test above can fail."""
    folder, tried = isolated(site, "cut off", cache="none", embedders="composition")
    # A name server on loopback has a route.
    assert sum(tried.values()) > 0, tried
    warnings = read_json(folder / "results" / "x" / "provenance.json")["warnings"]
    assert any("for 40 of 40 proteins" in warning for warning in warnings)


def test_offline_run_without_reference_files_warns_of_bare_codes(site):
    folder, tried = isolated(site, "bare", offline="true")
    assert set(tried.values()) == {0}, tried
    warnings = read_json(folder / "results" / "x" / "provenance.json")["warnings"]
    assert len([warning for warning in warnings if "bare codes" in warning]) == 4


def test_reference_files_match_their_checksums(site):
    folder = site / "models" / "references"
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder, check=True)
    assert len(list(folder.glob("*.json"))) == 3 and (folder / "pfam_clans.tsv").is_file()


def test_reference_file_that_cannot_be_fetched_is_an_error_with_its_address(tmp_path):
    with FakeWeb() as web:
        web.offline = True
        environment = os.environ | web.environment | {"HOME": str(tmp_path)}
        command = [sys.executable, "-m", "steps", "prefetch", "--references"]
        ended = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 1
    assert "REFERENCES_NOT_FETCHED: The names of EC numbers" in ended.stderr
    assert "https://ftp.expasy.org/" in ended.stderr
