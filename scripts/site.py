"""Hooks of mkdocs.yaml: pages that lie in the root, and links that lead out of docs/."""

import re
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parent.parent
#: Files of the root that are pages of the site.
PAGES = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
_OUTSIDE = re.compile(r"\[([^\]]+)\]\(\.\./([^)#]+)(#[^)]*)?\)")


def on_files(files, config):
    for name, page in PAGES.items():
        text = (ROOT / name).read_text(encoding="utf-8").replace("](docs/", "](")
        text = text.replace("](CHANGELOG.md", "](changelog.md")
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown, page, config, files):
    return _OUTSIDE.sub(_inside, markdown)


def _inside(link: re.Match) -> str:
    """A page of the site, or the name of a file of the repository."""
    text, name, anchor = link[1], link[2], link[3] or ""
    return f"[{text}]({PAGES[name]}{anchor})" if name in PAGES else f"`{name}`"
