"""Scores of annotations: bits of the coloured categories, agreement of neighbours."""

import numpy as np
import pyarrow as pa
import pytest

from steps.annotate.ranking.scores import COLOURED, score
from steps.report.scatter import COLOURS

ROWS = np.arange(400)


def scored(cells, neighbours=None):
    nobody = np.empty((0, 0), dtype=int)
    rows = nobody if neighbours is None else ROWS
    return score(pa.chunked_array([cells]), rows, nobody if neighbours is None else neighbours)


@pytest.mark.parametrize(
    ("cells", "bits"),
    [(["a", "b"], 0), (["a", "a", "b", "b"], 1), (["a", "a", "b", "b", None, "c", "d", "e"], 0.5)],
)
def test_bits_are_those_of_repeated_categories_times_their_share(cells, bits):
    assert scored(cells).bits == pytest.approx(bits)


def test_cells_that_differ_in_their_scores_alone_are_one_category():
    assert scored(["PF1|1.5;PF2|3", "PF1|2.5;PF2|4", "PF3|1", "PF3|2"]).bits == pytest.approx(1)


def test_categories_beyond_the_colours_do_not_count():
    cells = [f"kind {i}" for i in range(2 * COLOURED) for _ in range(2)]
    assert scored(cells).bits == pytest.approx(np.log2(COLOURED) / 2)
    assert len(COLOURS) == COLOURED


def test_agreement_of_categories_is_zero_by_chance_and_one_if_all_agree():
    rng = np.random.default_rng(0)
    codes = np.repeat(np.arange(4), 100)
    cells = [f"kind {code}" for code in codes]
    anyone = np.array([rng.choice(np.delete(ROWS, row), 10) for row in ROWS])
    alike = np.array([rng.choice(np.flatnonzero(codes == code), 10) for code in codes])
    assert scored(cells, anyone).agreement == pytest.approx(0, abs=0.03)
    assert scored(cells, alike).agreement == 1


def test_agreement_of_numbers_is_zero_by_chance_and_near_one_if_neighbours_are_close():
    rng = np.random.default_rng(0)
    values = np.exp(np.linspace(0, 9, 400))
    anyone = rng.integers(0, 400, (400, 10))
    close = np.clip(ROWS[:, None] + [-2, -1, 1, 2], 0, 399)
    assert scored(values, anyone).agreement == pytest.approx(0, abs=0.05)
    assert scored(values, close).agreement > 0.99


def test_neighbours_without_a_value_are_left_out():
    cells = ["a", "b", None, None] * 100
    same = np.stack([(ROWS + 4) % 400, (ROWS + 2) % 400], axis=1)
    assert scored(cells, same).agreement == 1


@pytest.mark.parametrize("column", [[1.0] * 400, range(400), [None] * 399 + [1.5]])
def test_numbers_that_are_constant_or_count_rows_tell_nothing(column):
    assert not scored(pa.array(column, pa.float64())).tells


def test_words_for_missing_are_no_category():
    assert scored(["a", "a", "b", "b", "NA", "n/a", "NA", None]).bits == pytest.approx(0.5)
