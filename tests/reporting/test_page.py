"""The page as a browser shows it."""

import pytest

from tiercast.reporting.report import build_report

ATTACK = "</script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>"
WIDTHS = (1280, 400)


@pytest.fixture(scope="module")
def path(tmp_path_factory, run_at, base, past):
    """Return the report of a base with hostile customer ids."""
    run = run_at(tmp_path_factory.mktemp("run"))
    run.write_all(base.assign(customer_id=ATTACK + base["customer_id"]))
    run.write_evaluation(past)
    return build_report(run.config.model_copy(update={"report": {"ids": "full"}}))


@pytest.fixture(scope="module", params=WIDTHS)
def opened(request, browser, path):
    """Return the page of that report, and what went wrong in it."""
    page = browser.new_page(viewport={"width": request.param, "height": 900})
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("request", lambda asked: trouble.append(asked.url))
    page.goto(path.as_uri())
    page.wait_for_function("document.querySelectorAll('.chart .main-svg').length >= 11")
    trouble.remove(path.as_uri())
    yield page, trouble
    page.close()


def test_nothing_goes_wrong_and_nothing_is_fetched(opened):
    _, trouble = opened
    assert trouble == []


def test_every_chart_is_drawn(opened):
    page, _ = opened
    drawn = page.eval_on_selector_all(
        ".chart",
        "charts => charts.map(c => c.querySelectorAll('.main-svg path, .main-svg image').length)",
    )
    assert len(drawn) == 11
    assert all(drawn)


def test_data_runs_no_script_and_is_shown_as_it_is(opened):
    page, _ = opened
    assert page.evaluate("window.hacked") is None
    assert ATTACK in page.inner_text("#list-mainstays")


def test_the_page_is_never_wider_than_the_screen(opened):
    page, _ = opened
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_links_of_the_contents_lead_to_their_chapters(opened):
    page, _ = opened
    targets = page.eval_on_selector_all(
        ".contents a", "links => links.map(a => document.querySelector(a.hash)?.tagName)"
    )
    assert targets == ["SECTION"] * 12


def test_printed_charts_fit_the_paper(opened):
    page, _ = opened
    width = "charts => Math.max(...charts.map(c => c.querySelector('.main-svg').clientWidth))"
    # Paper is set as soon as the event has been heard, so charts must not wait to be redrawn.
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    printed = page.eval_on_selector_all(".chart", width)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert printed <= 680
    room = "charts => Math.max(...charts.map(c => c.clientWidth))"
    assert page.eval_on_selector_all(".chart", width) == page.eval_on_selector_all(".chart", room)
