"""Hooks of mkdocs.yaml: the page that lies in the root, and links that lead out of docs/."""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
#: Files of the root that are pages of the site.
PAGES = {"CHANGELOG.md": "changelog.md"}
_OUTSIDE = re.compile(r"\[([^\]]+)\]\(\.\./([^)#]+)(#[^)]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of the root."""
    for name, page in PAGES.items():
        text = (ROOT / name).read_text(encoding="utf-8").replace("](docs/", "](")
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Have no link lead out of the site."""
    return _OUTSIDE.sub(_inside, markdown)


def _inside(link: re.Match) -> str:
    """A page of the site, or the name of a file of the repository."""
    text, name, anchor = link[1], link[2], link[3] or ""
    return f"[{text}]({PAGES[name]}{anchor})" if name in PAGES else f"`{name}`"
