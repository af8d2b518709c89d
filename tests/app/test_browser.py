"""The app as people use it: a browser clicks, types and slides on the real server."""

import csv
import io
import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def scores(twice_scored):
    """Return the newest scores as a frame."""
    return twice_scored.scores.to_pandas()


@pytest.fixture
def commonest(scores):
    """Return the tier with the most customers."""
    return scores["tier"].mode()[0]


@pytest.fixture
def at(page, twice):
    """Return a function that opens an address of the app in English."""

    def open_page(path):
        page.goto(f"{twice}{path}{'&' if '?' in path else '?'}language=en")
        return page

    return open_page


def column(page, heading):
    """Return the cells of a column of the table of customers."""
    heads = page.locator("#results thead th").all_inner_texts()
    place = next(n for n, head in enumerate(heads, 1) if head.startswith(heading))
    return page.locator(f"#results tbody tr > :nth-child({place})")


def risks(page):
    texts = column(page, "Churn risk").all_inner_texts()
    return [float(text.lstrip("<>").rstrip("%")) for text in texts]


def first_number(text):
    return int(re.search(r"[\d,]+", text).group().replace(",", ""))


def saved(page, link):
    """Return the rows of the file that a click downloads, without the headings."""
    with page.expect_download() as waiting:
        link.click()
    text = waiting.value.path().read_text(encoding="utf-8-sig")
    return list(csv.reader(io.StringIO(text)))[1:]


def test_a_filter_narrows_the_rows_and_the_counts(at, scores, commonest):
    page = at("/customers")
    page.select_option("#tier", commonest)
    expect(page.locator("#count")).to_contain_text(f"{(scores['tier'] == commonest).sum()} ")
    assert set(column(page, "Tier").all_inner_texts()) == {commonest.capitalize()}
    assert f"tier={commonest}" in page.url
    assert "segment=" not in page.url


def test_the_back_button_brings_the_former_rows(at, scores, commonest):
    page = at("/customers")
    page.select_option("#tier", commonest)
    page.wait_for_url(f"**tier={commonest}**")
    page.go_back()
    expect(page.locator("#count")).to_contain_text(f"{len(scores)} customers")
    expect(page.locator("#tier")).to_have_value("")


def test_a_heading_sorts_and_sorts_back(at):
    page = at("/customers")
    for way in ("descending", "ascending"):
        page.get_by_role("link", name="Churn risk").click()
        page.wait_for_selector(f"th[aria-sort={way}]:has-text('Churn risk')")
        assert risks(page) == sorted(risks(page), reverse=way == "descending")


def test_pages_go_on_and_back(at, scores):
    page, ids = at("/customers?sort=customer_id"), sorted(scores["customer_id"])
    page.get_by_role("link", name="Next page").click()
    expect(column(page, "Customer").first).to_have_text(ids[50])
    page.get_by_role("link", name="Previous page").click()
    expect(column(page, "Customer").first).to_have_text(ids[0])


def test_typing_an_id_finds_the_customer_and_opens_its_page(at, scores):
    page, wanted = at("/customers"), scores["customer_id"].iloc[-1]
    page.locator("#search").press_sequentially(wanted)
    expect(column(page, "Customer")).to_have_text([wanted])
    page.get_by_role("link", name=wanted, exact=True).click()
    expect(page.locator("h1")).to_have_text(f"Customer {wanted}")


def test_a_download_holds_what_the_filters_leave(at, scores, commonest):
    page = at(f"/customers?tier={commonest}")
    rows = saved(page, page.locator("a.download"))
    assert {row[0] for row in rows} == set(scores["customer_id"][scores["tier"] == commonest])


def test_two_segments_are_compared(at):
    page = at("/segments")
    labels = page.locator("#b option").all_inner_texts()
    page.select_option("#a", label=labels[-1])
    heads = page.locator("#results thead th")
    expect(heads.nth(1)).to_have_text(labels[-1])
    page.select_option("#b", label=labels[0])
    expect(heads.nth(2)).to_have_text(labels[0])


def test_the_sliders_count_whom_they_leave(at, scores):
    page = at("/campaign?budget=12")
    page.focus("#risk")
    page.keyboard.press("Home")
    expect(page.locator("#risk_now")).to_have_text("0%")
    everybody = first_number(page.inner_text("#count"))
    for _ in range(50):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#risk_now")).to_have_text("50%")
    likely = first_number(page.inner_text("#count"))
    assert 0 < likely < everybody <= len(scores)
    assert min(risks(page)) >= 50


def test_a_campaign_list_is_exported_as_shown(at):
    page = at("/campaign?risk=0&budget=0")
    button = page.locator("#results form button").first
    ids = [row[0] for row in saved(page, button)]
    assert ids == column(page, "Customer").all_inner_texts()
    assert len(ids) == first_number(button.inner_text())


def test_customers_move_between_two_scored_days(at, scores):
    page = at("/migration")
    expect(page.locator("#before option")).to_have_text(["1 May 2024"])
    cells = page.locator("#results table").first.locator("tbody td").all_inner_texts()
    shown = [first_number(cell) for cell in cells if cell != "<10"]
    hidden = len(cells) - len(shown)  # moves of a few customers, 1 to 9 each
    assert len(scores) - 9 * hidden <= sum(shown) <= len(scores) - hidden


def test_a_day_without_an_earlier_one_says_so(at):
    page = at("/migration")
    page.select_option("#as_of", "2024-05-01")
    page.locator(".day button").click()
    expect(page.locator("main")).to_contain_text("no earlier scored day")


def test_the_other_language_stays_from_page_to_page(at, commonest):
    page = at(f"/customers?tier={commonest}")
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    assert f"tier={commonest}" in page.url
    page.get_by_role("link", name="营销名单").click()
    expect(page.locator("h1")).to_have_text("营销名单")


def test_the_keyboard_alone_filters_and_opens_a_customer(at, scores):
    page, wanted = at("/customers"), scores["customer_id"].iloc[-1]
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, "#search")
    page.keyboard.type(wanted)
    page.keyboard.press("Enter")
    expect(column(page, "Customer")).to_have_text([wanted])
    expect(page.locator("#search")).to_be_focused()
    tab_to(page, "#results tbody a")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(f"Customer {wanted}")


def tab_to(page, selector):
    """Press Tab until an element is focused; each on the way must show that it is."""
    for _ in range(60):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", page.evaluate("document.activeElement.outerHTML")
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"Tab does not reach {selector}.")


def test_a_server_that_stopped_is_told(page, trouble, twice_scored, twice, app_of, commonest):
    with app_of(twice_scored.config) as address:
        page.goto(f"{address}/customers?language=en")
    page.select_option("#tier", commonest)
    expect(page.locator("#notice")).to_contain_text("does not answer")
    assert "error: Failed to load resource: net::ERR_CONNECTION_REFUSED" in trouble
    trouble.clear()


def test_an_error_of_the_server_is_told_and_leaves_the_rows(at, page, trouble, commonest):
    at("/customers")
    before = column(page, "Customer").all_inner_texts()
    page.route("**/customers?*", lambda route: route.fulfill(status=500, body="Server Error"))
    page.select_option("#tier", commonest)
    expect(page.locator("#notice")).to_contain_text("could not answer")
    assert column(page, "Customer").all_inner_texts() == before
    trouble.clear()


def test_a_refusal_is_told_in_its_own_words(at, page, trouble):
    at("/customers")
    page.evaluate("document.querySelector('#risk_from').removeAttribute('max')")
    page.fill("#risk_from", "150")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text("at most 100")
    trouble.clear()


def test_a_number_out_of_range_is_marked_at_its_field(at):
    page = at("/customers")
    page.fill("#risk_from", "150")
    page.keyboard.press("Enter")
    expect(page.locator("#risk_from:invalid")).to_be_focused()


def test_a_form_works_without_scripts(browser, twice, scores, commonest):
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{twice}/customers?language=en")
    page.select_option("#tier", commonest)
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#count")).to_contain_text(f"{(scores['tier'] == commonest).sum()} ")
    page.close()


def test_the_base_over_time_is_one_page_of_the_menu(at):
    page = at("/")
    page.get_by_role("link", name="Over time").click()
    page.wait_for_url("**/growth?**")
    for title in ("The trend", "New against returning customers", "Cohort retention"):
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    expect(
        page.locator("#chart-cohorts .heatmaplayer image, #chart-cohorts .hm")
    ).not_to_have_count(0)


LAST_OF_TREND = (
    "[...document.querySelectorAll('#chart-trend, #chart-trend *')]"
    ".find(e => e.data).data[0].x.at(-1)"
)


def test_the_page_of_an_earlier_day_knows_nothing_later(at, twice_scored):
    days = sorted(twice_scored.folder.glob("runs/*/scores/as_of=*"))
    earlier, newest = (
        at(f"/growth?as_of={day.name.removeprefix('as_of=')}").evaluate(LAST_OF_TREND)
        for day in (days[0], days[-1])
    )
    assert earlier < newest
