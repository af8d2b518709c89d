"""The Chromium that the tests drive: find one, or, run as a script, install one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
REMEDY = (
    "No Chromium for the browser tests: run `make browser`, "
    "or install one as `chromium` or `google-chrome` on the PATH."
)


def find_chromium() -> str | None:
    """Return the path of the machine's Chromium, else of Playwright's own, else None."""
    on_path = next(filter(None, map(shutil.which, NAMES)), None)
    if on_path:
        return on_path
    with sync_playwright() as playwright:
        bundled = Path(playwright.chromium.executable_path)
    return str(bundled) if bundled.exists() else None


def install_chromium() -> None:
    """Install Debian's Chromium with all it needs, or, where that cannot be had, Playwright's."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for step in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", "-q", *step], env=quiet, check=False)
    if not find_chromium():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


if __name__ == "__main__":
    if not find_chromium():
        install_chromium()
    sys.exit(None if find_chromium() else REMEDY)
