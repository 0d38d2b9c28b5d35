"""Write what is generated: `python -m steps.config_files` (or `make generated`).

The configuration model gives its YAML, schema and documentation; the lock gives the Conda
environment of the jobs.
"""

import json
import re
import textwrap
import tomllib
from pathlib import Path

from steps.config import Config

ROOT = Path(__file__).resolve().parent.parent
_MODELINE = "# yaml-language-server: $schema=config.schema.json\n"


def config_yaml() -> str:
    """`config.yaml`: every key with its default, below a comment on how to choose it."""
    head = (
        "# Every key with its default. Change values here for runs in this folder, put a\n"
        "# config.yaml with some of the keys into a run's own working directory, or give\n"
        "# `--config key=value`. Generated from steps/config.py by `make generated`.\n"
    )
    return _MODELINE + head + "".join(_entry(name) for name in Config.model_fields)


def _entry(name: str) -> str:
    field = Config.model_fields[name]
    comment = textwrap.fill(field.description, 92, initial_indent="# ", subsequent_indent="# ")
    return f"\n{comment}\n{name}: {json.dumps(field.default)}\n"


def schema_json() -> str:
    """JSON schema for editors."""
    return json.dumps(Config.model_json_schema(), indent=2) + "\n"


def configuration_md() -> str:
    """`docs/configuration.md`: the table of all keys."""
    rows = "".join(_row(name) for name in Config.model_fields)
    return (
        "# Configuration\n\n"
        "Generated from `steps/config.py` by `make generated`. Values come from `config.yaml` in "
        "the working\ndirectory, then from `--configfile`, then from `--config key=value`; the "
        "last one wins. Lists may be\nwritten `a,b` on the command line.\n\n"
        "| key | default | how to choose it |\n| --- | --- | --- |\n" + rows
    )


def _row(name: str) -> str:
    field = Config.model_fields[name]
    default = json.dumps(field.default)
    return f"| `{name}` | `{default}` | {field.description.replace('|', chr(92) + '|')} |\n"


def environment_yaml() -> str:
    """`envs/steps.yaml`: our direct dependencies, with the versions of the lock."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = dict(re.findall(r"^([\w.-]+)==([\w.]+)", lock, flags=re.MULTILINE))
    wanted = [*project["dependencies"], *project["optional-dependencies"]["similarity"]]
    names = [re.split(r"[<>=!~]", entry)[0] for entry in wanted]
    pins = "".join(f"      - {name}=={locked[name.partition('[')[0]]}\n" for name in names)
    return (
        "# Environment of the jobs for --software-deployment-method conda. Generated from\n"
        "# pyproject.toml and requirements.lock by `make generated`.\n"
        "channels:\n  - conda-forge\n  - nodefaults\n"
        f"dependencies:\n  - python=3.12\n  - pip\n  - pip:\n{pins}"
    )


GENERATED = {
    "envs/steps.yaml": environment_yaml,
    "config.yaml": config_yaml,
    "config.schema.json": schema_json,
    "docs/configuration.md": configuration_md,
}


def main() -> None:
    for name, text in GENERATED.items():
        (ROOT / name).write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
