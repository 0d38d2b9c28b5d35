"""Modules joined to one script, and the page around it."""

import base64
import hashlib
import re

import pytest

from steps.errors import StepError
from steps.report.html.page import folder_of_viewer, page
from steps.report.html.scripts import joined


def write(folder, **modules):
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text)


def test_modules_stand_before_those_that_import_them(tmp_path):
    write(
        tmp_path,
        main='import { one, two as other } from "./part.js";\none(other);\n',
        part="export const one = () => {};\nconst hidden = 1;\nexport function two() {}\n",
    )
    text = joined(tmp_path, "main")
    assert text.index("module_part = ") < text.index("module_main = ")
    assert "const { one, two: other } = module_part;" in text
    assert "return { one, two };" in text and "export" not in text


@pytest.mark.parametrize(
    "line",
    ['import x from "./part.js";', "export default 1;", 'import("./part.js")', "export { a };"],
)
def test_other_imports_are_refused(tmp_path, line):
    write(tmp_path, main=f"{line}\n", part="")
    with pytest.raises(StepError, match="no import that can be joined"):
        joined(tmp_path, "main")


def test_modules_that_import_each_other_are_refused(tmp_path):
    write(
        tmp_path, main='import { a } from "./part.js";\n', part='import { b } from "./main.js";\n'
    )
    with pytest.raises(StepError, match="main > part > main"):
        joined(tmp_path, "main")


def test_module_that_would_end_its_element_is_refused(tmp_path):
    write(tmp_path, main='const text = "</script>";\n')
    with pytest.raises(StepError, match="</script"):
        joined(tmp_path, "main")


def test_page_allows_its_own_script_and_style_alone():
    text = page("a <b>", {"cell": "</script>"}, ["QUJD"], folder_of_viewer())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    script = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)[-1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy and "default-src 'none'" in policy
    assert "<title>a &lt;b&gt;</title>" in text and "unsafe" not in policy
    assert '{"cell":"\\u003c/script>"}' in text
    assert not re.search(r'(?:src|href)="', text)
