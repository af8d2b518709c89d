"""Every chart says in a sentence what it shows, with figures of the base, in each language."""

import re

import pytest

from tiercast.reporting.messages import LANGUAGES, load_messages
from tiercast.reporting.report import GROUPS
from tiercast.reporting.section import Chart


@pytest.fixture
def charts(inputs):
    def of(language):
        say = load_messages(language)
        made = [one(inputs, say) for chapters in GROUPS.values() for one in chapters]
        return [p for s in made if s is not None for p in s.parts if isinstance(p, Chart)]

    return of


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chart_tells_a_figure(charts, language):
    titles = {chart.id: chart.title for chart in charts(language)}
    assert len(titles) >= 10
    assert [name for name, title in titles.items() if not re.search(r"\d", title)] == []
