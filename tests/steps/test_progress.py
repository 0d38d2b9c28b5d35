"""Progress that says nothing of what was known beforehand."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from steps import progress
from steps.progress import EvenProgress, Progress


def counts(items: int, steps: int) -> list[int]:
    """Return what is shown of `items` of which `steps` are done one after the other."""
    rises: list[int] = []
    even = EvenProgress(rises.append, items, steps)
    for _ in range(steps):
        even.advance()
    even.complete()
    return [sum(rises[: at + 1]) for at in range(len(rises))]


@pytest.mark.parametrize(("items", "rises"), [(20, 10), (100, 10), (500, 10), (1500, 30)])
def test_rises_are_the_same_whatever_was_known(items, rises):
    expected = [items * number // rises for number in range(rises + 1)]
    for steps in {rises, items // 2, items - 1, items}:
        assert counts(items, steps) == expected


@pytest.mark.parametrize("items", [0, 1, 3, 9])
def test_few_items_rise_to_all(items):
    assert counts(items, items)[-1] == items
    assert counts(items, 0)[-1] == items


def test_more_steps_than_were_announced_count_no_item_twice():
    rises: list[int] = []
    even = EvenProgress(rises.append, 40, 10)
    for _ in range(30):
        even.advance()
    even.complete()
    assert sum(rises) == 40


def test_threads_count_together(tmp_path, monkeypatch):
    monkeypatch.setattr(progress, "_SECONDS_BETWEEN", 0)
    even = EvenProgress(Progress(tmp_path / "x.log", 800).advance, 800, 400)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: even.advance(), range(400)))
    lines = (tmp_path / "x.progress.jsonl").read_text().splitlines()
    assert [json.loads(line)["done"] for line in lines] == list(range(0, 801, 50))
