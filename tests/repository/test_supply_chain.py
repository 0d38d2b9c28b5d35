"""Dependencies and data of others: known faults of versions, and no code run by reading."""

import ast
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOUND = {"name": "a", "version": "1", "vulns": []}
FAULTY = SOUND | {"vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}
SKIPPED = {"name": "b", "skip_reason": "not found on PyPI"}
#: Modules whose loading runs whatever is in the file.
UNPICKLING = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}


@pytest.mark.parametrize(
    ("output", "status", "said"),
    [
        (json.dumps({"dependencies": [SOUND]}), 0, "1 versions audited, 0 with"),
        (json.dumps({"dependencies": [SOUND, FAULTY]}), 1, "a 1: PYSEC-1, fixed in 2"),
        (json.dumps({"dependencies": [SOUND, SKIPPED]}), 2, "does not know them: b."),
        (json.dumps({"dependencies": [SKIPPED]}), 2, "cannot be reached from here"),
        ("", 2, "cannot be reached from here"),
    ],
)
def test_an_audit_that_could_not_be_done_is_not_taken_for_a_good_one(
    tmp_path, output, status, said
):
    program = tmp_path / "pip-audit"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{output}\nEND\n")
    program.chmod(0o755)
    command = [sys.executable, ROOT / "scripts" / "audit.py", program, "some.lock"]
    found = subprocess.run(command, capture_output=True, text=True)
    assert (found.returncode, said in found.stdout) == (status, True), found.stdout


@cache
def nodes() -> list[ast.AST]:
    """All there is in the sources of steps and gateway."""
    paths = [path for part in ("steps", "gateway") for path in (ROOT / part).rglob("*.py")]
    return [node for path in paths for node in ast.walk(ast.parse(path.read_text("utf-8")))]


def test_nothing_of_ours_unpickles():
    names = [name.name for node in nodes() if isinstance(node, ast.Import) for name in node.names]
    names += [node.module or "" for node in nodes() if isinstance(node, ast.ImportFrom)]
    packages = {name.partition(".")[0] for name in names}
    assert {"numpy", "h5py"} < packages and not packages & UNPICKLING


def test_arrays_from_files_are_never_objects():
    """`np.load` would unpickle with allow_pickle=True; torch.load without weights_only=True."""
    for call in (node for node in nodes() if isinstance(node, ast.Call)):
        if ast.unparse(call.func) in ("np.load", "numpy.load", "torch.load"):
            safe = {"allow_pickle": "False", "weights_only": "True"}
            assert any(safe.get(word.arg) == ast.unparse(word.value) for word in call.keywords)


def test_an_entry_of_the_store_is_bytes_and_is_never_run(tmp_path):
    """A pickle that would write a file, in the place of a vector and of an annotation."""
    from steps.cache.entries import decode_annotation, decode_embedding

    trap = tmp_path / "run"
    blob = f"cposix\nsystem\n(S'touch {trap}'\ntR.".encode()
    blob += b"." * (-len(blob) % 4)
    assert decode_embedding(blob).tobytes() == blob
    with pytest.raises(ValueError, match=r"codec|Expecting|annotation"):
        decode_annotation(blob)
    assert not trap.exists()
