"""Write the generated files: `python scripts/generate.py` (or `make generated`).

The configuration model gives `config.yaml`, its schema and docs/configuration.md; the settings of
the gateway give docs/settings.md and the example environment; the lock gives the Conda environment.
"""

import json
import re
import sys
import textwrap
import tomllib
from pathlib import Path
from typing import Literal, get_args, get_origin

import yaml
from pydantic.fields import FieldInfo

ROOT = Path(__file__).resolve().parent.parent
#: Headers of many databases, and what is read from each.
HEADERS = ROOT / "docs" / "headers.yaml"
sys.path.insert(0, str(ROOT))

from gateway.settings import Settings, variable  # noqa: E402  # after sys.path
from steps.config.model import Config  # noqa: E402  # after sys.path

_MODELINE = "# yaml-language-server: $schema=docs/config.schema.json\n"


def config_yaml() -> str:
    """Return `config.yaml`: every key with its default, below a comment on how to choose it."""
    head = (
        "# Every key with its default. Change values here for runs in this folder, put a\n"
        "# config.yaml with some of the keys into a run's own working directory, or give\n"
        "# `--config key=value`. Generated from steps/config/model.py by `make generated`.\n"
    )
    return _MODELINE + head + "".join(_entry(name) for name in Config.model_fields)


def _entry(name: str) -> str:
    field = Config.model_fields[name]
    return f"\n{_comment(_description(field), 92)}\n{name}: {json.dumps(field.default)}\n"


def schema_json() -> str:
    """Return the JSON schema of the configuration, for editors."""
    return json.dumps(Config.model_json_schema(), indent=2) + "\n"


def configuration_md() -> str:
    """Return `docs/configuration.md`: the table of all keys."""
    rows = "".join(_row(name) for name in Config.model_fields)
    return (
        "# Configuration\n\n"
        "Generated from `steps/config/model.py` by `make generated`. Values come from "
        "`config.yaml` in the\nworking directory, then from `--configfile`, then from "
        "`--config key=value`; the last one wins. Lists\nmay be written `a,b` on the command "
        "line.\n\n"
        "| key | default | how to choose it |\n| --- | --- | --- |\n" + rows
    )


def headers_md() -> str:
    """Return `docs/headers.md`: headers of many databases, and what is read from each."""
    fields = ("identifier", "name", "gene", "organism", "taxon", "accession")
    text = (
        "# Headers\n\n"
        "Generated from `docs/headers.yaml` by `make generated`; a test compares "
        "what is read\nfrom each. The proteins are invented. `accession` is the one that UniProt, "
        "taxonomy and TED are asked\nby. [input.md](input.md) has the rules.\n"
    )
    for case in yaml.safe_load(HEADERS.read_text(encoding="utf-8")):
        text += f"\n## {case['convention']}\n\n```text\n>{case['header']}\n```\n\n".replace(
            "\x01", "^A"
        )
        rows = [f"| {name} | {_cell(str(case[name]))} |\n" for name in fields if name in case]
        text += "| | |\n| --- | --- |\n" + "".join(rows)
    return text


def _row(name: str) -> str:
    field = Config.model_fields[name]
    return f"| `{name}` | `{json.dumps(field.default)}` | {_cell(_description(field))} |\n"


def _description(field: FieldInfo) -> str:
    """Return the description of a key or setting.

    Raises:
        ValueError: it has none; every key and setting needs one.
    """
    if not field.description:
        raise ValueError(f"a field without a description: {field!r}")
    return field.description


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _comment(text: str, width: int) -> str:
    return textwrap.fill(text, width, initial_indent="# ", subsequent_indent="# ")


def environment_yaml() -> str:
    """Return `envs/steps.yaml`: the direct dependencies, with the versions of the lock."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (ROOT / "locks/requirements.lock").read_text(encoding="utf-8")
    locked = dict(re.findall(r"^([\w.-]+)==([\w.]+)", lock, flags=re.MULTILINE))
    wanted = [*project["dependencies"], *project["optional-dependencies"]["similarity"]]
    names = [re.split(r"[<>=!~]", entry)[0] for entry in wanted]
    pins = "".join(f"      - {name}=={locked[name.partition('[')[0]]}\n" for name in names)
    return (
        "# Environment of the jobs for --software-deployment-method conda. Generated from\n"
        "# pyproject.toml and locks/requirements.lock by `make generated`.\n"
        "channels:\n  - conda-forge\n  - nodefaults\n"
        f"dependencies:\n  - python=3.12\n  - pip\n  - pip:\n{pins}"
    )


_SETTINGS_HEAD = """\
# Settings of the gateway

Generated from `gateway/settings.py` by `make generated`. Settings are environment variables, read
once at the start:

```sh
PREP_MAX_CONCURRENT_JOBS=2 CORS_ALLOWED_ORIGIN=https://protspace.app python -m gateway
```

- An empty variable means its default; lists are written `a,b`.
- A value that is not allowed stops the start: exit status 2, and a sentence with the variable.
- A `PREP_*` variable that means nothing is warned about in the log (`unknown_setting`).
- ProtSpace's privacy page promises that uploads are gone after two hours. So the start is refused
  where `PREP_PIPELINE_TIMEOUT_SECONDS` + `PREP_BUNDLE_TTL_SECONDS` + `PREP_SWEEP_INTERVAL_SECONDS`
  is more than 7200.

What clients see of these limits stands in [http.md](http.md).

| variable | default | meaning |
| --- | --- | --- |
"""


_EXAMPLE_HEAD = """\
# Every setting of the gateway with its default; remove the # of those to change. The form is that
# of systemd's EnvironmentFile and of Compose. Generated from gateway/settings.py: make generated.
"""


def settings_md() -> str:
    """Return `docs/settings.md`: what holds for all settings, then a row for each."""
    return _SETTINGS_HEAD + "".join(_settings_row(name) for name in Settings.model_fields)


def _settings_row(name: str) -> str:
    field = Settings.model_fields[name]
    default = written(field.default)
    shown = f"`{default}`" if default else "none"
    return f"| `{variable(name)}` | {shown} | {_cell(_meaning(field))} |\n"


def env_example() -> str:
    """Return `deploy/.env.example`: a comment and a line for each setting."""
    return _EXAMPLE_HEAD + "".join(_settings_entry(name) for name in Settings.model_fields)


def _settings_entry(name: str) -> str:
    field = Settings.model_fields[name]
    return f"\n{_comment(_meaning(field), 98)}\n#{variable(name)}={written(field.default)}\n"


def written(value: object) -> str:
    """Return a value as it is written into an environment variable."""
    if value is None:
        return ""
    if isinstance(value, dict):
        value = [f"{name}={number}" for name, number in value.items()]
    if isinstance(value, list):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _meaning(field: FieldInfo) -> str:
    """Return the description of a setting and the values that it may have."""
    if get_origin(field.annotation) is not Literal:
        return _description(field)
    values = ", ".join(f"`{value}`" for value in get_args(field.annotation))
    return f"{_description(field)} One of {values}."


GENERATED = {
    "envs/steps.yaml": environment_yaml,
    "config.yaml": config_yaml,
    "docs/config.schema.json": schema_json,
    "docs/configuration.md": configuration_md,
    "docs/headers.md": headers_md,
    "docs/settings.md": settings_md,
    "deploy/.env.example": env_example,
}


def main() -> None:
    """Write all of them."""
    for name, text in GENERATED.items():
        (ROOT / name).write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
