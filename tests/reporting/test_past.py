"""The sums of the orders before a day as a report reads them, and days without such sums."""

from pathlib import Path

import pytest

from tiercast.reporting.messages import LANGUAGES, load_messages
from tiercast.reporting.report import build_report, render


def test_the_report_reads_no_orders(run):
    assert not Path(run.config.sources["transactions"].path).exists()
    assert build_report(run.config).is_file()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_day_without_sums_says_what_is_missing_and_what_brings_it(run, reading, language):
    say = load_messages(language)
    page = render(reading(run))
    assert "tiercast score CONFIG --as-of 2024-03-01" in say("past.again", day="2024-03-01")
    assert 'id="past"' in page
    for chapter in ("cohorts", "new-returning", "new-worth", "excluded"):
        assert f'id="{chapter}"' not in page


def test_a_day_with_sums_has_all_chapters_that_look_back(with_orders):
    page = render(with_orders())
    assert 'id="past"' not in page
    for chapter in ("trend", "cohorts", "new-returning", "new-worth", "categories", "excluded"):
        assert f'id="{chapter}"' in page
