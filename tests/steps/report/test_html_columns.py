"""Columns of the HTML file, read back as the file's script reads them."""

import base64
import json
import zlib

import numpy as np
import pytest

from steps.report.html.columns import Blocks


def unpacked(blocks, column):
    return zlib.decompress(base64.b64decode(blocks.texts[column["block"]]))


def numbers(blocks, column):
    """Numbers of planes, as docs/map-file.md describes them."""
    kind = np.dtype(f"<{column['type']}")
    planes = np.frombuffer(unpacked(blocks, column), np.uint8)
    found = planes.reshape(kind.itemsize, -1).T.copy().view(kind).ravel()
    if "divisor" not in column:
        return found
    whole = found.astype(float) - 1 + column["least"]
    return np.where(found == 0, np.nan, whole / column["divisor"])


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2, np.nan, 300], "u2"),
        ([-0.25, np.nan, 0.75], "u1"),
        ([0.1, 0.2, 0.3, -7.123456], "u4"),
        ([np.pi, np.nan, 1e300], "f8"),
        ([np.inf, 1.0], "u1"),
        ([np.nan, np.nan], "f8"),
        ([0.1 + 0.2, 0.3], "f8"),
        ([1e15, 1e15 + 1], "u1"),
    ],
)
def test_decimals_come_back_without_loss_in_few_bytes(values, kind):
    blocks = Blocks()
    column = blocks.decimals(np.array(values))
    wanted = [value if np.isfinite(value) else np.nan for value in values]
    found = numbers(blocks, column)
    assert np.array_equal(found[np.isfinite(wanted)], np.array(wanted)[np.isfinite(wanted)])
    assert column["type"] == kind


@pytest.mark.parametrize(("most", "kind"), [(0, "u1"), (255, "u1"), (256, "u2"), (70_000, "u4")])
def test_indices_take_as_few_bytes_as_they_need(most, kind):
    blocks = Blocks()
    column = blocks.indices(np.array([0, most]))
    assert column["type"] == kind and numbers(blocks, column).tolist() == [0, most]


def test_codes_count_from_one_and_zero_is_missing():
    blocks = Blocks()
    assert numbers(blocks, blocks.codes(np.array([-1, 0, 254], np.int32))).tolist() == [0, 1, 255]


def test_distances_keep_three_digits():
    blocks = Blocks()
    drawn = np.random.default_rng(0).gamma(3, 1, 1000) * np.repeat([1e-6, 1, 1e4, 0], 250)
    values = drawn.astype(np.float32)
    kept = numbers(blocks, blocks.distances(values))
    assert [f"{each:.3g}" for each in kept] == [f"{each:.3g}" for each in values]


def test_texts_are_json_whatever_they_hold():
    blocks = Blocks()
    texts = ["</script>", "a\nb", "ü", ""]
    assert json.loads(unpacked(blocks, blocks.strings(texts))) == texts
