"""The page's files: no copy of what the server sets, nothing from elsewhere, no HTML from data."""

import re
from typing import get_args
from urllib.parse import urlsplit

import pytest

from gateway.http.options import PROTSPACE
from gateway.progress.stages import STAGES
from gateway.settings import PUBLISHED_RETENTION_SECONDS, Input, Settings
from scripts.generate import ROOT
from steps.embed.models import OWN
from steps.embed.models.catalogue import MODELS
from steps.errors import COLAB
from steps.normalize.residues import NUCLEOTIDES, RESIDUES

WEB = ROOT / "gateway" / "web"
VIEWER = ROOT / "viewer"
PAGE = sorted(WEB.glob("*.js"))
SCRIPTS = [*PAGE, *sorted(VIEWER.glob("*.js"))]
#: Addresses that a reader may follow; nothing is loaded from there.
LINKED = {"https://www.uniprot.org", "https://alphafold.ebi.ac.uk", "https://www.ebi.ac.uk"}
DEFAULTS = {name: field.default for name, field in Settings.model_fields.items()}


def words() -> set[str]:
    """Names that only the server may know: choices, stages, letters, addresses."""
    names = {*MODELS, *STAGES.values(), RESIDUES.decode(), PROTSPACE, COLAB, *OWN}
    for value in DEFAULTS.values():
        names |= set(value) if isinstance(value, list) else set()
    # Fields of the form, which the page must fill.
    names -= set(get_args(Input))
    # These are words of English, too.
    return names - {"all", "default", "header", "sequence"} | {urlsplit(COLAB).hostname}


def numbers() -> set[str]:
    """Limits and times of the settings, as code may write them."""
    found = {value for value in DEFAULTS.values() if isinstance(value, int) and value > 60}
    found |= {NUCLEOTIDES, PUBLISHED_RETENTION_SECONDS}
    # Milliseconds of a second and of a tenth; Unicode's first 0x100 characters.
    found -= {1000, 100}
    return {f"{value}" for value in found} | {f"{value:,}" for value in found}


@pytest.mark.parametrize("path", [*PAGE, WEB / "index.html"], ids=lambda path: path.name)
def test_no_file_of_the_page_has_a_copy_of_what_the_server_sets(path):
    text = path.read_text()
    literals = set(re.findall(r"[\d][\d_,.]*\b", text)) | set(re.findall(r"[\w./:-]+", text))
    copied = {literal.replace("_", "") for literal in literals} & numbers() | literals & words()
    assert not copied


def test_the_search_for_copies_would_find_one():
    assert {"1500", "1,500", "8388608", "7200"} <= numbers()
    assert {"prot_t5", "pca2", "interpro", "embedding", COLAB} <= words()


@pytest.mark.parametrize(
    "path", [*sorted(WEB.iterdir()), *sorted(VIEWER.iterdir())], ids=lambda path: path.name
)
def test_nothing_comes_from_elsewhere(path):
    addresses = re.findall(r"(?:https?:)?//[\w.-]+\.\w+", path.read_text())
    linked = LINKED if path.name == "links.js" else set()
    assert set(addresses) <= {"http://www.w3.org"} | linked


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_makes_html_of_text(path):
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|srcdoc"
    assert not re.search(forbidden, path.read_text())


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_short_and_begin_with_a_comment(path):
    lines = path.read_text().splitlines()
    assert lines[0].startswith("// ") and len(lines) <= 160
