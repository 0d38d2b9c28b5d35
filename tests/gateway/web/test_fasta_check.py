"""The page's files: no copy of what the server sets, nothing from elsewhere, no HTML from data."""

import re
from urllib.parse import urlsplit

import pytest

from gateway.http.options import PROTSPACE
from gateway.progress.stages import STAGES
from gateway.settings import PUBLISHED_RETENTION_SECONDS, Settings
from scripts.generate import ROOT
from steps.embed.models import OWN
from steps.embed.models.catalogue import MODELS
from steps.errors import COLAB
from steps.normalize.residues import NUCLEOTIDES, RESIDUES

WEB = ROOT / "gateway" / "web"
SCRIPTS = sorted(WEB.glob("*.js"))
DEFAULTS = {name: field.default for name, field in Settings.model_fields.items()}


def words() -> set[str]:
    """Names that only the server may know: choices, stages, letters, addresses."""
    names = {*MODELS, *STAGES.values(), RESIDUES.decode(), PROTSPACE, COLAB, *OWN}
    for value in DEFAULTS.values():
        names |= set(value) if isinstance(value, list) else set()
    # These are words of English, too.
    return names - {"all", "default", "header", "sequence"} | {urlsplit(COLAB).hostname}


def numbers() -> set[str]:
    """Limits and times of the settings, as code may write them."""
    found = {value for value in DEFAULTS.values() if isinstance(value, int) and value > 60}
    found |= {NUCLEOTIDES, PUBLISHED_RETENTION_SECONDS}
    # Milliseconds of a second.
    found -= {1000}
    return {f"{value}" for value in found} | {f"{value:,}" for value in found}


@pytest.mark.parametrize("path", [*SCRIPTS, WEB / "index.html"], ids=lambda path: path.name)
def test_no_file_of_the_page_has_a_copy_of_what_the_server_sets(path):
    text = path.read_text()
    literals = set(re.findall(r"[\d][\d_,.]*\b", text)) | set(re.findall(r"[\w./:-]+", text))
    copied = {literal.replace("_", "") for literal in literals} & numbers() | literals & words()
    assert not copied


def test_the_search_for_copies_would_find_one():
    assert {"1500", "1,500", "8388608", "7200"} <= numbers()
    assert {"prot_t5", "pca2", "interpro", "embedding", COLAB} <= words()


@pytest.mark.parametrize("path", sorted(WEB.iterdir()), ids=lambda path: path.name)
def test_nothing_comes_from_elsewhere(path):
    addresses = re.findall(r"(?:https?:)?//[\w.-]+\.\w+", path.read_text())
    assert set(addresses) <= {"http://www.w3.org"}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_makes_html_of_text(path):
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|srcdoc"
    assert not re.search(forbidden, path.read_text())


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_short_and_begin_with_a_comment(path):
    lines = path.read_text().splitlines()
    assert lines[0].startswith("// ") and len(lines) <= 160
