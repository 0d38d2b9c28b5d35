"""Write `docs/settings.md` and `deploy/.env.example`: `python -m gateway.settings_doc`."""

import textwrap
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from gateway.settings import Settings, variable

ROOT = Path(__file__).resolve().parent.parent
PAGE, EXAMPLE = ROOT / "docs" / "settings.md", ROOT / "deploy" / ".env.example"
_HEAD = """\
# Settings of the gateway

Generated from `gateway/settings.py` by `python -m gateway.settings_doc`. Settings are environment
variables, read once at the start:

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
    """The page: what holds for all settings, then a row for each."""
    return _HEAD + "".join(_row(name) for name in Settings.model_fields)


def _row(name: str) -> str:
    field = Settings.model_fields[name]
    meaning = field.description + _allowed(field.annotation)
    default = written(field.default)
    shown = f"`{default}`" if default else "none"
    return f"| `{variable(name)}` | {shown} | {meaning.replace('|', chr(92) + '|')} |\n"


def env_example() -> str:
    """The example: a comment and a line for each setting."""
    return _EXAMPLE_HEAD + "".join(_entry(name) for name in Settings.model_fields)


def _entry(name: str) -> str:
    field = Settings.model_fields[name]
    meaning = field.description + _allowed(field.annotation)
    comment = textwrap.fill(meaning, 98, initial_indent="# ", subsequent_indent="# ")
    return f"\n{comment}\n#{variable(name)}={written(field.default)}\n"


def written(value: Any) -> str:
    """A value as it is written into the environment."""
    if value is None:
        return ""
    if isinstance(value, dict):
        value = [f"{name}={number}" for name, number in value.items()]
    if isinstance(value, list):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _allowed(annotation: Any) -> str:
    if get_origin(annotation) is not Literal:
        return ""
    values = ", ".join(f"`{value}`" for value in get_args(annotation))
    return f" One of {values}."


def main() -> None:
    PAGE.write_text(settings_md(), encoding="utf-8")
    EXAMPLE.write_text(env_example(), encoding="utf-8")


if __name__ == "__main__":
    main()
