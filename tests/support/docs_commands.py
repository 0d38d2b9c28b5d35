"""The commands of the documentation: where they stand, and which of them a test gives how.

A `sh` block is run as it stands (`tests/repository/test_docs_commands.py`), but for the pages
that have tests of their own, and for single commands that need what no test has: those match a
rule with a reason.
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["README.md"]
PAGES += sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))
#: Pages whose commands another test gives, each as it stands there.
ELSEWHERE = {
    "docs/http.md": "gateway/http/test_http_docs.py",
    "docs/deploy.md": "deploy/test_newcomer.py",
    "docs/operations.md": "deploy/test_newcomer.py",
    "docs/quickstart.md": "repository/test_quickstart.py",
    "docs/own-embedder.md": "rules/test_contributing.py",
}


@dataclass(frozen=True)
class Rule:
    """Commands that are not run here, and why."""

    name: str
    pattern: str
    reason: str

    def holds(self, command: str) -> bool:
        return bool(re.search(self.pattern, command))


RULES = [
    Rule("make", r"^make ", "tests/support/remedies.py says which test gives each"),
    Rule("sketch", r"^snakemake .*\.\.\.( |$)", "not a whole command"),
    Rule(
        "cluster",
        r"^snakemake .*(--profile |\$conda)|^conda=",
        "needs SLURM or Conda, which tests/slurm has; here it is planned",
    ),
    Rule(
        "installation",
        r"pip (install|download)|-m venv|warmup",
        "minutes; test_remedies.py gives them",
    ),
    Rule("server", r"python -m gateway$", "does not end by itself; a test of its own starts it"),
    Rule("engine", r"docker compose|deploy/\.env$", "needs a container engine"),
]


def blocks(page: str) -> list[str]:
    """The `sh` blocks of a page."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(r"^```sh\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def commands(block: str) -> list[str]:
    """Commands of a block, continued lines in one, without comments."""
    lines = re.sub(r"\\\n\s*", "", block).splitlines()
    lines = [re.sub(r"(^|\s+)# .*", "", line).strip() for line in lines]
    return [line for line in lines if line]


def rule_for(command: str) -> Rule | None:
    return next((rule for rule in RULES if rule.holds(command)), None)


def to_run(block: str) -> list[str]:
    return [command for command in commands(block) if rule_for(command) is None]


def ruled(name: str) -> list[tuple[str, str]]:
    """Pages and commands that a rule excepts."""
    found = [
        (page, command) for page in PAGES for block in blocks(page) for command in commands(block)
    ]
    return [
        (page, command) for page, command in found if (r := rule_for(command)) and r.name == name
    ]
