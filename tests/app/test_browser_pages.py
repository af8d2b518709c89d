"""Each page in each language: its charts, its barriers, its width on a telephone."""

import pytest
from playwright.sync_api import expect

from barriers import barriers, barriers_in_the_dark
from tiercast.app.pages import PAGES

PHONE, SCREEN = {"width": 390, "height": 800}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module", params=["en", "zh"])
def language(request):
    return request.param


@pytest.fixture(scope="module", params=[*PAGES.values(), "/customers/"])
def shown(request, language, browser, twice, twice_scored, watched_page):
    """Return a page, and what went wrong in it."""
    one = twice_scored.scores["customer_id"][0] if request.param.endswith("s/") else ""
    trouble = []
    with watched_page(browser, trouble) as page:
        page.goto(f"{twice}{request.param}{one}?language={language}")
        yield page, trouble


def test_a_page_has_one_main_heading_and_all_of_its_charts(shown):
    page, trouble = shown
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator(".chart:not(:has(.main-svg))")).to_have_count(0)
    assert trouble == []


def test_nothing_bars_people_from_a_page(shown):
    page, _ = shown
    assert barriers(page) == []


def test_nothing_is_hard_to_read_in_the_dark(shown):
    page, _ = shown
    assert barriers_in_the_dark(page) == []


def test_no_page_is_wider_than_a_telephone(shown):
    page, _ = shown
    page.set_viewport_size(PHONE)
    expect(page.locator("html")).to_have_js_property("scrollWidth", PHONE["width"])
    page.set_viewport_size(SCREEN)
