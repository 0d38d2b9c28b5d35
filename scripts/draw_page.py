"""Draw docs/images/page-*.png, the page of a gateway, with the example; needs chromium.

Usage: python -m scripts.draw_page FOLDER, in which the gateway has its runs.
"""

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.support.gateway_process import ROOT, Gateway

IMAGES = ROOT / "docs" / "images"
_PATIENCE_MILLISECONDS = 120_000


def main(folder: Path) -> None:
    """Draw the form with a file, and its result."""
    settings = {"PREP_EMBEDDER": "kmers", "PREP_ALLOWED_INPUTS": "file,accessions,query"}
    server = Gateway(folder / "runs", **settings, PREP_OFFLINE="true").start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
            page = browser.new_page()
            page.set_default_timeout(_PATIENCE_MILLISECONDS)
            draw(page, server.url)
            browser.close()
    finally:
        server.stop()


def draw(page: Page, address: str) -> None:
    """Go from the form to a result, of which some proteins are selected."""
    page.goto(address)
    # The first job gives the estimate of the second.
    for number in range(2):
        page.get_by_role("button", name="Take the example").click()
        page.locator("#submit:enabled").wait_for()
        if number:
            keep(page, "page-form", 800, 1060)
        page.get_by_role("button", name="Make the map").click()
        page.locator("#canvas[data-drawn='240']").wait_for()
        if not number:
            page.get_by_role("link", name="Protein space").click()
    page.select_option("#colour", "organism")
    page.locator("#legend .entry").first.press("Enter")
    keep(page, "page-result", 1100, 1010)


def keep(page: Page, name: str, width: int, height: int) -> None:
    """Write a picture of the window, in 256 colours."""
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_timeout(500)
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    picture.quantize(256).save(IMAGES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
