"""What axe-core finds on the report, in both languages, light and dark."""

import pytest

from barriers import barriers, barriers_in_the_dark
from tiercast.reporting.report import build_report
from trained_base import working_in


@pytest.fixture(scope="module", params=["en", "zh"])
def report(request, browser, trained_shop, tmp_path_factory):
    """Return a page that shows the shop's report."""
    config = trained_shop.config.model_copy(update={"language": request.param})
    with working_in(trained_shop.folder):
        path = build_report(config, output=tmp_path_factory.mktemp("report") / "report.html")
    page = browser.new_page()
    page.goto(path.as_uri())
    yield page
    page.close()


def test_nothing_bars_people_from_the_report(report):
    assert barriers(report) == []


def test_nothing_is_hard_to_read_in_the_dark(report):
    assert barriers_in_the_dark(report) == []
