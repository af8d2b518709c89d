"""Take the README's picture: the top of the demo's newest report, as a PNG below 300 KB."""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from chromium import find_chromium

REPORTS = Path("runs/complete_journey/reports")
PICTURE = Path(__file__).parent / "report.png"
WIDTH, HEIGHT = 1280, 900


def main() -> None:
    """Open the report in Chromium and write the picture."""
    reports = sorted(REPORTS.glob("*.html"))
    if not reports:
        sys.exit(f"{REPORTS} must hold a report, but is empty; run `make demo` first.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(reports[-1].absolute().as_uri())
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
