"""The page: head with its policy, styles, data, scripts. Nothing in it makes a request."""

import base64
import hashlib
import html
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from steps.report.html.scripts import joined

_STYLES = ("base.css", "viewer.css", "file.css")
_ENTRY = "file"


def folder_of_viewer() -> Path:
    """Return where the viewer is: beside this package in a checkout, else with the pipeline."""
    packages = Path(__file__).resolve().parents[3]
    checkout = packages / "viewer"
    return checkout if checkout.is_dir() else packages / "gateway" / "pipeline" / "viewer"


def page(title: str, description: dict[str, Any], blocks: Sequence[str], viewer: Path) -> str:
    """Return the HTML of a page that shows the described data.

    Args:
        title: name of the data set.
        description: what the blocks are; JSON.
        blocks: base64, by their numbers.
        viewer: folder with the scripts and styles.
    """
    style = "".join((viewer / name).read_text(encoding="utf-8") for name in _STYLES)
    script = joined(viewer, _ENTRY)
    parts = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(script, style)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{html.escape(title)}</title>",
        f"<style>{style}</style>",
        "</head>",
        (viewer / "file.html").read_text(encoding="utf-8").rstrip(),
        f'<script type="application/json" id="description">{_json(description)}</script>',
        *(
            f'<script type="text/plain" id="block-{n}">{text}</script>'
            for n, text in enumerate(blocks)
        ),
        f"<script>{script}</script>",
        "</html>",
        "",
    ]
    return "\n".join(parts)


def _policy(script: str, style: str) -> str:
    """Return a policy under which only this script and this style work, and nothing is fetched."""
    rules = ("default-src 'none'", f"script-src {_hash(script)}", f"style-src {_hash(style)}")
    return "; ".join((*rules, "base-uri 'none'", "form-action 'none'"))


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _json(value: Any) -> str:  # noqa: ANN401
    """Return JSON in which no sign can end the element that it is in."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
