"""What bars people from a page: axe-core looks, in the browser that shows it."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

GRAVE = ("serious", "critical")
CONTRAST = {"type": "rule", "values": ["color-contrast"]}


def barriers(page: Page, **options: object) -> list[str]:
    """Return the serious and critical findings on a page: rule, how many, the first, and why."""
    found = Axe().run(page, options={"resultTypes": ["violations"], **options})
    return [
        f"{one['id']}: {len(one['nodes'])} x {first['target']}, {first['failureSummary']}"
        for one in found.response["violations"]
        if one["impact"] in GRAVE
        for first in one["nodes"][:1]
    ]


def barriers_in_the_dark(page: Page) -> list[str]:
    """Return the findings of contrast that a page has in dark mode."""
    page.emulate_media(color_scheme="dark")
    found = barriers(page, runOnly=CONTRAST)
    page.emulate_media(color_scheme="light")
    return found
