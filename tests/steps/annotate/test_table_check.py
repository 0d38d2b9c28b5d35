"""Checks of a table before a run: within limits, and refused where the step would refuse it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steps.annotate.table.check import TableLimits, check_table
from steps.annotate.table.columns import columns
from steps.errors import StepError
from steps.normalize.identifiers import finder
from tests.support.own_tables import REFUSED, table

IDS = [f"P{number}" for number in range(20)]
LIMITS = TableLimits(max_rows=50_000, max_columns=100)
LENIENT = {"rows of other proteins", "a header"}
noise = st.sampled_from([*',"\n\r\t;#', "\0", "P1", "é", "\u2028", "1,5", "\ufeff", "id"])


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("table") / "own.csv"


def refusal(check, *arguments):
    """Return the error of a check; `None` without one."""
    try:
        check(*arguments)
    except StepError as error:
        return error
    return None


@pytest.mark.parametrize("name", REFUSED)
def test_hostile_table_is_refused_in_a_short_sentence(path, name):
    path.write_bytes(REFUSED[name]())
    error = refusal(check_table, path, LIMITS, IDS)
    assert error.code in ("INVALID_ANNOTATIONS", "FILE_TOO_LARGE") and len(error.message) < 500
    assert (refusal(check_table, path, LIMITS) is None) == (name in LENIENT)


@given(st.lists(st.tuples(st.integers(0, 300), noise), max_size=9))
def test_check_refuses_what_the_step_refuses_and_nothing_else(path, places):
    text = table()
    for place, piece in places:
        text = text[:place] + piece + text[place:]
    path.write_bytes(text.encode())
    error = refusal(check_table, path, LIMITS, IDS)
    later = refusal(columns, [path], IDS, finder(IDS))
    assert (error and error.message) == (later and later.message)
    if not error:
        check_table(path, LIMITS)


@pytest.mark.parametrize("rows", [19, 20])
def test_rows_are_counted_without_the_header(path, rows):
    path.write_text(table(20))
    error = refusal(check_table, path, TableLimits(rows, 100), IDS)
    assert (error is None) == (rows == 20)


def test_empty_columns_at_the_end_do_not_count(path):
    path.write_text(table().replace("\n", "," * 200 + "\n"))
    check_table(path, LIMITS, IDS)


def test_columns_of_one_name_stay_apart(path):
    path.write_text("id,a_4,a,a\nP1,1,2,3\n")
    found = columns([path], IDS, finder(IDS))
    assert [column.to_pylist()[1] for column in found.values()] == [1.0, 2.0, 3.0]
