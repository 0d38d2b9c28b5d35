"""benchmarks/small.py fails on what is slow in every run, not in one."""

import pytest

from benchmarks import small


@pytest.mark.parametrize(
    ("runs", "high"),
    [
        ([6.5, 2.0], set()),
        ([6.5, 7.0, 6.1, 1.0], {"write"}),
        ([6.0], set()),
    ],
)
def test_ratio_above_twice_its_target_in_each_run_is_too_high(runs, high, monkeypatch):
    values = iter(runs)
    monkeypatch.setattr(small, "ratios_of", lambda script: {script: (next(values), 3.0)})
    assert small.too_high("write") == high
