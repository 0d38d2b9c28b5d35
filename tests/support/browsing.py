"""Helpers of the tests of the page."""

import itertools

from axe_playwright_python.sync_playwright import Axe

from tests.support.gateway_process import ROOT

#: What must stay text wherever it is shown.
CELL = "</script><img src=x onerror=alert(1)>"
EXAMPLE = ROOT / "examples" / "families.fasta"
#: Of sequences that no run had before, so that none comes from the store.
seeds = itertools.count(100)

_PIXELS = """
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
    copy.drawImage(canvas, 0, 0);
    const {data} = copy.getImageData(0, 0, canvas.width, canvas.height);
"""
#: How many pixels of a map differ from its first.
INK = f"""(canvas) => {{{_PIXELS}
    let found = 0;
    for (let at = 0; at < data.length; at += 4)
        found += [0, 1, 2].some((part) => Math.abs(data[at + part] - data[part]) > 16);
    return found;
}}"""
#: A number that depends on each pixel of a map, once what was asked for before is drawn.
_LOOK = f"""async (canvas) => {{
    for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
    {_PIXELS}
    return data.reduce((sum, value) => (sum * 31 + value) % 1000003, 7);
}}"""


def look(page, canvas="#canvas"):
    """Return a number that differs where the pictures of a map differ."""
    return page.locator(canvas).evaluate(_LOOK)


def findings(page) -> list[str]:
    """Return axe's serious findings, each with its place."""
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:120]}"
        for rule in found
        if rule["impact"] in {"serious", "critical"}
        for node in rule["nodes"]
    ]
