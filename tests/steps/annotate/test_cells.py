"""Annotation cells: protspace's grammar and the limits of the web app."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protspace.data.annotations.encoding import decode_field, encode_field

from steps.annotate.cells import (
    GRAMMAR,
    MISSING_WORDS,
    encode,
    is_loadable,
    loadable,
    plain,
    shown,
    units,
)

WORDS = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)


@given(WORDS)
def test_labels_are_encoded_as_by_protspace(label):
    assert encode([label])[0].as_py() == encode_field(label).strip()


def test_grammar_version_equals_that_of_protspace():
    from protspace.data.annotations.encoding import BUNDLE_FORMAT_VERSION, FORMAT_VERSION_KEY

    assert {FORMAT_VERSION_KEY.decode(): str(BUNDLE_FORMAT_VERSION)} == GRAMMAR


@pytest.mark.parametrize("cell", ["A", "A|0.9;B|1e-5", "50%25 of", "a%3Bb", "x" * 256, "é" * 256])
def test_loadable_cells_are_unchanged(cell):
    assert is_loadable(cell)
    assert loadable(cell) == cell


@pytest.mark.parametrize("cell", ["a\x01b", "a%0Ab", "tab\there", "a%7Fb", "\x85"])
def test_control_characters_become_blanks(cell):
    assert not is_loadable(cell)
    assert is_loadable(loadable(cell))


def test_long_hit_is_shortened_and_keeps_its_score():
    cell = loadable("x" * 300 + "|0.5;short|1")
    first, second = cell.split(";")
    assert (units(first), first[-5:], second) == (256, "…|0.5", "short|1")


@given(st.text(alphabet="ab;|%3BCé😀\x01\n", min_size=1, max_size=900))
def test_any_cell_can_be_made_loadable(cell):
    assert is_loadable(loadable(cell))
    assert loadable(loadable(cell)) == loadable(cell)


def test_plain_drops_scores_and_escapes():
    assert plain("a%3Bb|0.5;c") == "a;b; c"
    assert decode_field("a%3Bb") == "a;b"


def test_missing_words_are_those_of_protspace():
    from protspace._generated.shared_constants import MISSING_VALUE_TOKENS

    assert MISSING_VALUE_TOKENS | {""} == MISSING_WORDS


@pytest.mark.parametrize(
    ("cell", "label"),
    [("NA", None), ("a|0.5; NA ;b\tc", "a; b c"), (";", None), ("missing", "missing")],
)
def test_shown_leaves_out_what_protspace_takes_for_missing(cell, label):
    assert shown(cell) == label
