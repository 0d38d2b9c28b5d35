"""The HTML file of a run in Debian's Firefox, opened from disk with the network cut."""

import shutil

import pytest

from tests.support.browsing import CELL
from tests.support.firefox import PROGRAM, Firefox
from tests.support.waiting import wait_until

pytestmark = pytest.mark.skipif(not shutil.which(PROGRAM), reason="no firefox-esr here")

FIND = """
    const find = document.getElementById("find");
    find.value = arguments[0];
    find.dispatchEvent(new Event("input"));
"""
CHOOSE = """
    const menu = document.getElementById("colour");
    menu.value = arguments[0];
    menu.dispatchEvent(new Event("change"));
    return document.getElementById("legend").textContent;
"""


@pytest.fixture(scope="module")
def firefox(html_file, tmp_path_factory):
    """The file in Firefox, its map drawn."""
    with Firefox(tmp_path_factory.mktemp("firefox")) as browser:
        browser.open(html_file.as_uri())
        drawn = "return document.getElementById('canvas')?.dataset.drawn"
        wait_until(lambda: browser.run(drawn) == "240")
        yield browser


def test_firefox_draws_the_file_from_disk(firefox, shoot):
    firefox.picture(shoot.folder / "firefox.png")
    colours = """
        const canvas = document.getElementById("canvas");
        const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
        copy.drawImage(canvas, 0, 0);
        const {data} = copy.getImageData(0, 0, canvas.width, canvas.height);
        return new Set(new Uint32Array(data.buffer)).size;
    """
    assert firefox.run(colours) > 3
    assert firefox.run("return performance.getEntriesByType('resource').length") == 0


def test_firefox_finds_and_shows_markup_as_text(firefox):
    firefox.run(FIND, "sim0007")
    text = "return document.getElementById('matches').textContent"
    wait_until(lambda: firefox.run(text) == "1 protein found")
    assert CELL in firefox.run(CHOOSE, "markup")
    assert firefox.run("return document.querySelectorAll('main img').length") == 0
