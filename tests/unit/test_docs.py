"""Documentation that would go stale unnoticed."""

import re
import subprocess
import sys

import pytest

from steps.config_files import ROOT


def test_every_code_of_the_steps_is_documented():
    text = "".join(path.read_text() for path in (ROOT / "steps").rglob("*.py"))
    codes = {code for code in re.findall(r'StepError\(\s*"([A-Z_]+)"', text)}
    documented = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/errors.md").read_text(), re.M))
    assert codes == documented


@pytest.mark.parametrize("page", ["README.md", *map(str, (ROOT / "docs").glob("*.md"))])
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
