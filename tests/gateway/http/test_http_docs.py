"""docs/http.md: its commands work as they stand there, and its tables are complete."""

import json
import re
import shutil
import subprocess

import pytest

from gateway.progress.stages import STAGES
from gateway.run_config import fasta_limits
from gateway.runs.events import TERMINAL
from gateway.settings import Settings
from tests.support.gateway_process import ROOT, Gateway

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs" / "http.md").read_text(encoding="utf-8")
#: Each `sh` block, with the `json` block behind it where there is one.
EXAMPLES = re.findall(
    r"^```sh\n(.*?)^```$(?:\n\n```json\n(.*?)^```$)?", PAGE, flags=re.MULTILINE | re.DOTALL
)
# A code, then the sentence that goes with it.
_CODE = re.compile(r'"([A-Z][A-Z_]+)",\s*(?:f?"[^"]* |message|what)')


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Return the output of each example; they run in one shell, in a folder with `examples/`."""
    if not shutil.which("curl"):
        pytest.skip("needs curl")
    folder = tmp_path_factory.mktemp("page")
    (folder / "examples").symlink_to(ROOT / "examples")
    server = Gateway(folder / "runs", PREP_MAX_CONCURRENT_JOBS="1").start()
    try:
        subprocess.run(["bash", "-c", _script(server.url)], cwd=folder, timeout=600)
        yield [_result(folder, number) for number in range(len(EXAMPLES))]
    finally:
        server.stop()


def _script(url: str) -> str:
    """Each example in braces, so that it sees the variables of those before it."""
    parts = ["set -o pipefail"]
    for number, (commands, shown) in enumerate(EXAMPLES):
        fail = "" if '"error"' in shown else "--fail-with-body"
        parts.append(f'curl() {{ command curl --no-progress-meter {fail} "$@"; }}')
        commands = commands.replace("http://127.0.0.1:8000", url)
        parts.append(f"{{\n{commands}}} > {number}.out 2> {number}.err; echo $? > {number}.status")
    return "\n".join(parts)


def _result(folder, number: int) -> tuple[int, str, str]:
    status, out, err = (folder / f"{number}.{name}" for name in ("status", "out", "err"))
    return int(status.read_text()), out.read_text(), err.read_text()


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_each_example_of_the_page_works(results, number):
    status, out, err = results[number]
    assert status == 0, EXAMPLES[number][0] + out + err


@pytest.mark.parametrize("number", [n for n, (_, shown) in enumerate(EXAMPLES) if shown])
def test_answers_have_the_keys_that_the_page_shows(results, number):
    assert list(json.loads(results[number][1])) == list(json.loads(EXAMPLES[number][1]))


def test_the_stream_that_the_page_shows_ends_with_done(results):
    streams = [out for _, out, _ in results if out.startswith("id: ")]
    assert [re.findall("^event: (.*)", out, re.MULTILINE)[-1] for out in streams] == ["done"] * 2


def test_every_code_of_the_gateway_is_on_the_page_and_no_other():
    text = "".join(path.read_text() for path in (ROOT / "gateway").rglob("*.py"))
    documented = re.findall(r"^\| `([A-Z_]+)` \|", PAGE, flags=re.MULTILINE)
    assert set(documented) == set(_CODE.findall(text))


def test_every_stage_and_event_is_on_the_page():
    names = [*STAGES.values(), *TERMINAL, "queued", "progress"]
    assert all(f"`{name}`" in PAGE for name in names)


def test_each_code_has_its_status_on_the_page():
    text = "".join(path.read_text() for path in (ROOT / "gateway").rglob("*.py"))
    for status, code in re.findall(r'GatewayError\(\s*(\d+),\s*"([A-Z_]+)"', text):
        assert re.search(rf"^\| `{code}` \| {status}\b", PAGE, re.MULTILINE), code


def test_the_limits_on_the_page_are_the_defaults():
    limits = fasta_limits(Settings.model_construct())
    numbers = [limits.min_sequences, limits.max_sequences, limits.max_length]
    numbers += [limits.max_total_residues, limits.max_file_bytes // 1048576]
    table = PAGE[PAGE.index("| limit |") : PAGE.index("| time of a run")]
    assert all(f" {number:,} " in table for number in numbers)
