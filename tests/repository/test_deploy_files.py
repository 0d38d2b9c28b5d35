"""deploy/: what follows from the settings and the figures is what they are today."""

import json
import re
import tomllib
from ipaddress import ip_network
from pathlib import Path

import pytest
import yaml
from prometheus_client import generate_latest

from gateway.metrics import Metrics
from gateway.run_config import read_settings
from gateway.settings import Settings, variable
from scripts import generate
from scripts.generate import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
KNOWN = {variable(name) for name in Settings.model_fields}
FIGURES = generate_latest(Metrics().registry).decode()


def test_the_example_has_all_settings_with_their_defaults():
    current = (DEPLOY / ".env.example").read_text(encoding="utf-8")
    assert current == generate.env_example(), "run: make generated"


def test_the_example_can_be_used_as_it_stands(monkeypatch):
    text = (DEPLOY / ".env.example").read_text(encoding="utf-8")
    for name, value in re.findall(r"^#(\w+)=(.*)$", text, re.MULTILINE):
        monkeypatch.setenv(name, value)
    assert read_settings() == Settings.model_construct()


@pytest.mark.parametrize(
    "path", [*sorted(DEPLOY.iterdir()), ROOT / "docs/deploy.md", ROOT / "docs/operations.md"]
)
def test_only_settings_that_there_are_are_named(path: Path):
    named = set(re.findall(r"\b(PREP_[A-Z_]+|CORS_[A-Z_]+)\b", path.read_text()))
    assert named <= KNOWN


def test_all_that_is_copied_into_the_image_exists_and_is_not_ignored():
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    sources = [source for line in copied for source in line.split()]
    lines = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    allowed = [line[1:] for line in lines if line.startswith("!")]
    for source in sources:
        assert (ROOT / source).exists(), source
        assert any(f"{source}/".startswith(f"{name}/") for name in allowed), source


def test_the_image_holds_the_whole_pipeline():
    """Every file that Snakemake or the gateway opens by its place beside them."""
    folders = {"steps", "gateway", "terminal", "rules", "viewer", "profiles"}
    folders.add("snakemake_logger_plugin_runlog")
    for path in (ROOT / "rules").rglob("*.smk"):
        named = re.findall(r'"((?:\.\./)+[\w./]+)"', path.read_text())
        folders |= {(path.parent / name).resolve().relative_to(ROOT).parts[0] for name in named}
    assert "envs" in folders
    assert all(re.search(rf"^COPY {name}/ {name}/$", DOCKERFILE, re.M) for name in folders)


def test_the_image_has_a_user_an_init_a_health_and_a_pinned_base():
    assert re.search(
        r"^FROM \S+/python:3\.12-slim(@sha256:[0-9a-f]{64})? AS base$", DOCKERFILE, re.M
    )
    last = DOCKERFILE[DOCKERFILE.rindex("FROM ") :]
    assert re.search(r"^USER [1-9]\d+:[1-9]\d+$", last, re.M)
    assert re.search(r'^ENTRYPOINT \["/usr/bin/tini", "--", ', last, re.M)
    assert re.search(r"^HEALTHCHECK .*/healthz", last, re.M)
    assert "--require-hashes -r locks/requirements.lock" in DOCKERFILE and "ADD " not in DOCKERFILE


def test_compose_confines_the_gateway_and_believes_its_proxy():
    gateway = COMPOSE["services"]["gateway"]
    assert gateway["read_only"] and gateway["cap_drop"] == ["ALL"] and "ports" not in gateway
    (front,) = COMPOSE["networks"]["front"]["ipam"]["config"]
    trusted = gateway["environment"]["PREP_TRUSTED_PROXIES"]
    assert ip_network(trusted) == ip_network(front["subnet"])
    assert set(COMPOSE["services"]["caddy"]["networks"]) & set(gateway["networks"]) == {"front"}


def test_compose_starts_a_database_on_request_only_and_for_the_gateway_alone():
    database = COMPOSE["services"]["postgres"]
    assert database["profiles"] == ["postgres"] and "ports" not in database
    (network,) = database["networks"]
    assert COMPOSE["networks"][network]["internal"]
    users = [name for name, each in COMPOSE["services"].items() if network in each["networks"]]
    assert users == ["gateway", "postgres"]


def test_the_service_lets_runs_live_and_writes_to_its_folders_only():
    unit = (DEPLOY / "protspace-gateway.service").read_text()
    for line in ("KillMode=process", "OOMPolicy=continue", "ProtectSystem=strict"):
        assert f"\n{line}\n" in unit
    assert "ReadWritePaths" not in unit
    (root,) = re.findall("PREP_JOB_ROOT=(.+)", unit)
    (state,) = re.findall("StateDirectory=(.+)", unit)
    assert root == f"/var/lib/{state}/runs"


def names_of_figures(expression: str) -> set[str]:
    return set(re.findall(r"\bgateway_\w+", expression))


def in_metrics(name: str) -> bool:
    """As it is exposed: counters as NAME_total, histograms also as NAME_bucket."""
    families = set(re.findall(r"^# TYPE (\w+)", FIGURES, re.MULTILINE))
    return name in families or name.removesuffix("_bucket") in families


def test_every_figure_of_the_dashboard_is_in_the_metrics():
    panels = json.loads((DEPLOY / "grafana.json").read_text())["panels"]
    names = [names_of_figures(t["expr"]) for panel in panels for t in panel["targets"]]
    assert all(names) and all(in_metrics(name) for found in names for name in found)
    assert len({panel["id"] for panel in panels}) == len(panels) > 5


def test_every_figure_of_the_alerts_is_in_the_metrics():
    (group,) = yaml.safe_load((DEPLOY / "alerts.yaml").read_text())["groups"]
    for rule in group["rules"]:
        names = names_of_figures(rule["expr"])
        assert (names or rule["alert"] == "GatewayDown") and all(map(in_metrics, names))
        assert rule["annotations"]["summary"].endswith(".")


def test_the_page_of_operations_has_every_figure():
    text = (ROOT / "docs/operations.md").read_text()
    families = re.findall(r"^# TYPE (gateway_\w+) (?!gauge\b.*_created)", FIGURES, re.MULTILINE)
    assert all(name in text for name in families if not name.endswith("_created"))


def test_codes_of_the_alerts_are_codes_that_there_are():
    text = (DEPLOY / "alerts.yaml").read_text()
    known = (ROOT / "docs/http.md").read_text() + (ROOT / "docs/errors.md").read_text()
    assert all(f"| `{code}` |" in known for code in re.findall(r'code="(\w+)"', text))


def test_the_version_is_the_same_everywhere():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == version and citation["license"] == "MIT"
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize("path", sorted((ROOT / ".github/workflows").iterdir()))
def test_workflows_call_what_is_here(path):
    workflow = yaml.safe_load(path.read_text())
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    for name in [step["run"] for step in steps if step.get("run", "").startswith(".")]:
        assert (ROOT / name).stat().st_mode & 0o111
    made = [step["run"].split()[1:] for step in steps if step.get("run", "").startswith("make ")]
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert all(words[0] in targets for words in made)
    uses = [step["uses"] for step in steps if "uses" in step]
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", name) for name in uses)
    files = [step["with"]["file"] for step in steps if "file" in step.get("with", {})]
    assert all((ROOT / name).is_file() for name in files)
