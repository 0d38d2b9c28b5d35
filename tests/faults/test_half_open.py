"""Followers that vanish without a word: no packet reaches them, and none comes from them."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.support.gateway_process import ROOT

pytestmark = pytest.mark.faults

#: A network of its own, in which addresses can be made to lead nowhere.
ENTER = ["unshare", "--map-root-user", "--net"]


def test_followers_that_vanish_are_let_go(tmp_path):
    if not shutil.which("ip") or subprocess.run([*ENTER, "true"], capture_output=True).returncode:
        pytest.skip("needs ip and unshare, and to be allowed a network of its own")
    found = subprocess.run(
        [*ENTER, sys.executable, ROOT / "tests/support/half_open.py", tmp_path],
        env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests/gateway'}"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert found.returncode == 0, found.stderr
    # Left to TCP, they would be kept for a quarter of an hour.
    assert float(found.stdout) < 200
