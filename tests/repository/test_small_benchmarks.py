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


@pytest.mark.parametrize("line", ["import-of-20000-per-second-10000", "healthz-p99-ms"])
def test_figure_of_one_machine_may_be_farther_from_its_target(line):
    assert not small.is_high(line, 7.9, 1.0) and small.is_high(line, 8.1, 1.0)


def test_benchmark_that_fails_is_too_high(monkeypatch, tmp_path):
    monkeypatch.setattr(small, "__file__", str(tmp_path / "small.py"))
    (tmp_path / "fails.py").write_text("print('ratio a 0.1 1.0'); raise SystemExit(1)")
    assert small.too_high("fails.py") == {"fails.py"}
