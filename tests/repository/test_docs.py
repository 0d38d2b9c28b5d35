"""Documentation that would go stale unnoticed."""

import re
import subprocess
import sys

import pytest

from tests.support.docs_commands import PAGES, ROOT


def test_every_code_of_the_steps_is_documented():
    text = "".join(path.read_text() for path in (ROOT / "steps").rglob("*.py"))
    codes = {code for code in re.findall(r'StepError\(\s*"([A-Z_]+)"', text)}
    documented = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/errors.md").read_text(), re.M))
    assert codes == documented


@pytest.mark.parametrize("page", PAGES)
def test_links_between_pages_lead_somewhere(page):
    path = ROOT / page
    links = re.findall(r"\]\((?!http)([^)#]+)\)", path.read_text())
    assert all((path.parent / link).exists() for link in links)


def test_the_example_is_what_its_script_makes(tmp_path):
    script = tmp_path / "make_families.py"
    script.write_text((ROOT / "examples/make_families.py").read_text())
    subprocess.run([sys.executable, script], check=True)
    for name in ("families.fasta", "families.tsv"):
        assert (tmp_path / name).read_text() == (ROOT / "examples" / name).read_text()


def test_every_test_that_is_named_exists():
    text = (ROOT / "docs/reliability.md").read_text()
    named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", text)
    assert len(named) > 30
    for file, test in named:
        assert f"def {test}(" in (ROOT / "tests" / file).read_text(), (file, test)


def test_the_picture_of_the_rules_has_them_all():
    """Whoever adds a rule draws it again: scripts/draw-dag .venv/bin."""
    text = (ROOT / "docs/images/dag.svg").read_text()
    drawn = set(re.findall(r"<text[^>]*>([^<]+)</text>", text))
    rules = "".join(path.read_text() for path in (ROOT / "rules").rglob("*.smk"))
    named = set(re.findall(r"^\s*rule (\w+):", rules, re.MULTILINE))
    # Those of shards take the place of others where a data set is large; a map that grows has one
    # more, and no similarity.
    assert drawn - {"all"} == named - {"merge_embeddings", "annotate_shard", "novelty"}


@pytest.mark.slow
def test_the_site_fetches_nothing_from_elsewhere(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--config-file", "scripts/mkdocs.yaml"]
    command += ["--strict", "--site-dir", tmp_path / "site"]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert built.returncode == 0, built.stderr
    pages = {path.name: path.read_text() for path in (tmp_path / "site").glob("*.html")}
    assert {"index.html", "tutorial.html", "contributing.html"} <= pages.keys()
    fetching = re.compile(
        r"<(?:link|script|img|iframe)\b[^>]*\b(?:href|src)=\"(?:https?:)?//[^\"]*"
    )
    assert not [found for text in pages.values() for found in fetching.findall(text)]
    # Material would load diagrams and icons by itself, if a page asked for them.
    assert not [name for name, text in pages.items() if 'class="mermaid"' in text]


def test_every_page_is_in_the_navigation():
    text = (ROOT / "scripts/mkdocs.yaml").read_text()
    assert all(f": {path.name}\n" in text for path in (ROOT / "docs").glob("*.md"))
