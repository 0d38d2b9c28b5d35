"""Commands that messages and pages name in a sentence, and which test gives each of them.

Blocks of commands are not here: `tests/support/docs_commands.py` has those of the pages.
"""

import ast
import re
from collections.abc import Iterator

from tests.support.docs_commands import PAGES, ROOT

_PROGRAM = re.compile(
    r"(?<![\w./>-])(?:[\w./-]*bin/)?"
    r"(?:pip|python3?|make|snakemake|apt|apt-get|brew|conda|sha256sum|systemctl)"
    r" (?!as |on |or |and |does |is )[\w'.<-][^`\n]*"
)
#: `make` as a verb, and programs that a sentence speaks of without giving a command.
_PROSE = re.compile(r"make (no|it|the|again)\b|(python|snakemake)[ .]*$|conda (or|environment)")
_HERE = "repository/test_remedies.py"
_RUN = "rules/test_run.py"
GATE = "a suite of .ci/suites"
#: How a command begins -> the test that gives it; or a sentence on why none does.
TESTED = {
    r"pip install '\.\[similarity\]'": f"{_HERE}::test_an_extra_is_installed",
    r"pip install \.": f"{_HERE}::test_what_is_installed_works_elsewhere",
    r"pip install '\.\[local\]'": "local/test_local_remedies.py::test_the_extra_is_installed",
    r"make prefetch EMBEDDER=": "local/test_local_remedies.py::test_a_model_is_fetched_again",
    r"make prefetch( MODELS=|\b)": f"{_HERE}::test_reference_files_are_fetched",
    r"make generated": f"{_HERE}::test_generated_files_are_as_they_are_written",
    r"make lock": f"{_HERE}::test_locks_hold_what_the_project_needs",
    r"make pin-images": f"{_HERE}::test_images_are_pinned_once_and_again",
    r"make map": "repository/test_quickstart.py::test_five_commands_lead_to_a_map",
    r"snakemake --unlock": "terminal/test_interrupted.py::test_lock_of_unknown_owner_is_unlocked",
    r"make serve": f"{_HERE}::test_the_gateway_is_served",
    r"make setup": "deploy/test_newcomer.py::test_an_upload_becomes_a_bundle_behind_caddy",
    r"make compile": "deploy/test_newcomer.py::test_the_compiled_code_of_the_setup_is_used",
    r"make (demo|docs|lint|bench-small|test(-[a-z]+)?)$": GATE,
    r"make audit": "No test: it asks PyPI; test_supply_chain.py has its script.",
    r"make bench-hostile": "faults/test_hostile_uploads.py::"
    "test_benchmark_of_attacks_finds_nothing_lost",
    r"python -m scripts\.draw_page": "No test: people look at what it draws; tests/browser walks "
    "the same pages.",
    r"make bench$": "No test: hours. It runs the scripts of `make bench-small` on more data.",
    r"python -m steps": f"{_HERE}::test_what_is_installed_works_elsewhere",
    r"python -m gateway": f"{_HERE}::test_what_is_installed_works_elsewhere",
    r"\.venv-local/bin/python benchmarks/local_embed\.py": "No test: it needs a GPU and models.",
    r"\.venv-local/bin/python benchmarks/gpu\.py": "No test: it needs a GPU.",
    r"snakemake (--cores 2 --directory again )?--configfile": f"{_RUN}::"
    "test_written_configuration_gives_the_same_bundle",
    r"snakemake --report": f"{_RUN}::test_report_and_rule_graph_are_made",
    r"snakemake \.\.\. --forcerun annotate": f"{_HERE}::test_annotations_are_asked_for_again",
    r"snakemake --containerize": "No test: it asks Conda, which Debian does not have.",
    r"sha256sum --check": "rules/test_air_gapped.py::test_reference_files_match_their_checksums",
    r"systemctl restart": "deploy/test_newcomer.py::"
    "test_runs_live_through_a_restart_of_the_service",
    r"systemctl edit": "No test: it opens an editor.",
    r"apt-get install (chromium|postgresql)": GATE,
    r"apt install python3\.12-venv|brew install|conda create": "No test: other systems than this.",
}


def in_messages() -> Iterator[tuple[str, str]]:
    """File and command, for each in a string of the code or in what a script complains of."""
    for folder in ("gateway", "snakemake_logger_plugin_runlog", "steps", "terminal"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for text in _strings(ast.parse(path.read_text(encoding="utf-8"))):
                yield from _found(path.relative_to(ROOT), text)
    for path in [ROOT / "Makefile", ROOT / "deploy" / "start", *(ROOT / "scripts").iterdir()]:
        if path.is_file() and path.suffix == "":
            for line in re.sub(r"\\\n\s*", "", path.read_text(encoding="utf-8")).splitlines():
                if ">&2" in line:
                    yield from _found(path.relative_to(ROOT), line.partition("echo")[2])


def _strings(tree: ast.Module) -> Iterator[str]:
    """Strings but docstrings, with `{}` for what is filled in."""
    skipped = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(part) for part in node.values}
            yield "".join(p.value if isinstance(p, ast.Constant) else "{}" for p in node.values)
        elif isinstance(node, ast.Constant) and id(node) not in skipped:
            yield str(node.value)


def in_pages() -> Iterator[tuple[str, str]]:
    """Page and command, for each that stands in a line of text."""
    for page in PAGES:
        text = re.sub(r"^```.*?^```$", "", (ROOT / page).read_text("utf-8"), flags=re.M | re.S)
        for code in re.findall(r"`([^`]+)`", text):
            if _PROGRAM.match(code):
                yield from _found(page, " ".join(code.split()))


def _found(where: object, text: str) -> Iterator[tuple[str, str]]:
    for match in _PROGRAM.finditer(text):
        if not _PROSE.match(match[0]):
            yield str(where), match[0].strip()


def said_of(command: str) -> str | None:
    """Return what TESTED says of a command."""
    return next((said for start, said in TESTED.items() if re.match(start, command)), None)
