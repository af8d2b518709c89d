"""The ledger of campaigns in the report, with figures worked out by hand."""

import datetime as dt
from dataclasses import replace

import pytest

from tiercast.config.budget import BudgetConfig
from tiercast.measured.records import Measured
from tiercast.reporting.campaigns import campaigns_section
from tiercast.reporting.messages import load_messages
from tiercast.reporting.next_steps import next_steps
from tiercast.reporting.report import render
from tiercast.reporting.section import Cards, Chart, Note, Table
from tiercast.reporting.small_cells import without_small_cells


def measured(campaign, first, money, cost, n=100, until=dt.date(2024, 2, 1)):
    """Return a campaign of one arm with an effect on money, and 2 points more who ordered."""
    names = ("effect", "low", "high")
    common = {"arm": "mail", "n": n, "adjusted": 0.01}
    effects = [
        {**common, "outcome": "ordered", "control": 0.6, "treated": 0.62}
        | dict(zip(names, (0.02, 0.004, 0.036), strict=True)),
        {**common, "outcome": "money", "control": 20.0, "treated": 20.0 + money[0]}
        | dict(zip(names, money, strict=True)),
    ]
    costs = {"mail": cost}
    return Measured(campaign, first, 28, until, "money", effects, costs, None)


WINTER = measured("winter", dt.date(2024, 1, 1), (3.0, 1.0, 5.0), 120.0)  # profit 180, -20 to 380
SPRING = measured("spring", dt.date(2024, 1, 3), (1.0, -2.0, 4.0), 0.0)  # profit 100, -200 to 400


@pytest.fixture
def with_campaigns(inputs):
    def make(*campaigns, **changes):
        config = inputs.config.model_copy(update=changes)
        return replace(inputs, measured=campaigns, config=config)

    return make


def parts(section, kind):
    return [part for part in section.parts if isinstance(part, kind)]


def test_without_a_measured_campaign_there_is_no_chapter(inputs, say):
    assert campaigns_section(inputs, say) is None


def test_a_campaign_that_was_over_after_the_day_is_not_shown(with_campaigns, say):
    day = with_campaigns().as_of
    later = replace(WINTER, until=day + dt.timedelta(1))
    assert campaigns_section(with_campaigns(later), say) is None
    assert campaigns_section(with_campaigns(replace(WINTER, until=day)), say) is not None


def test_the_headline_has_the_profit_of_all_with_its_interval(with_campaigns, say):
    # 180 + 100; the half widths 200 and 300 add up as squares: 361
    found = campaigns_section(with_campaigns(WINTER, SPRING), say)
    assert found.headline == (
        "Measured campaigns: 2. Together they earned 280 more than they cost (95% interval: "
        "-80.6 to 641); the interval holds 0, so it is not certain that they paid."
    )
    cards = {card.label: (card.value, card.detail) for card in parts(found, Cards)[0].cards}
    assert cards["cost"] == ("120", "")
    assert cards["brought (95% interval)"] == ("400", "39.4 to 761")
    assert cards["return on cost (95% interval)"] == ("+233%", "-67% to +534%")


def test_each_chart_says_what_it_shows(with_campaigns, say):
    effects, profit = parts(campaigns_section(with_campaigns(WINTER, SPRING), say), Chart)
    assert effects.title == (
        "Money per customer: beyond chance in 1 of 2; the most, 3.0 (1.0 to 5.0), in winter"
    )
    assert profit.title == (
        "Cumulative profit up to spring: 280 (-80.6 to 641), after 180 with the first"
    )


def test_one_campaign_has_no_chart_of_the_sum(with_campaigns, say):
    (chart,) = parts(campaigns_section(with_campaigns(WINTER), say), Chart)
    assert chart.id == "chart-campaign-effects"


def test_the_tables_have_a_row_per_arm_and_per_outcome(with_campaigns, say):
    ledger, outcomes = parts(campaigns_section(with_campaigns(WINTER), say), Table)
    assert [(cell.text, cell.detail) for cell in ledger.rows[0]] == [
        *(("winter", "mail; 1 Jan 2024 to 1 Feb 2024"), ("100", ""), ("120", "")),
        *(("300", "100 to 500"), ("180", "-20.0 to 380"), ("+150%", ""), ("180", "-20.0 to 380")),
    ]
    assert [cell.text for cell in outcomes.rows[0]] == [
        *("winter", "ordered", "60.0%", "62.0%", "+2.0", "0.010")
    ]
    assert outcomes.rows[0][4].detail == "+0.4 to +3.6"


def test_a_small_arm_shows_no_figure(with_campaigns):
    say = load_messages("en", small_cells=10)
    few = with_campaigns(measured("few", dt.date(2024, 1, 1), (3.0, 1.0, 5.0), 12.0, n=9))
    (made,) = without_small_cells([campaigns_section(few, say)], 10)
    assert "Together they earned – more than they cost (95% interval: – to –)" in made.headline
    assert {card.value for card in parts(made, Cards)[0].cards[1:]} == {"–"}
    ledger, outcomes = parts(made, Table)
    assert [cell.text for cell in ledger.rows[0][1:]] == ["<10", *["–"] * 5]
    assert not any(cell.detail for cell in (*ledger.rows[0][1:], *outcomes.rows[0][1:]))
    assert {cell.text for cell in outcomes.rows[0][2:]} == {"–"}
    assert parts(made, Chart) == []


def test_an_unknown_cost_is_named_with_its_remedy(with_campaigns, say):
    found = campaigns_section(with_campaigns(replace(WINTER, costs={"mail": None})), say)
    assert found.headline.endswith("What they cost is not known, so there is no profit yet.")
    notes = [note.text for note in parts(found, Note)]
    assert any("No cost is known of: winter. Give it to" in note for note in notes)


def test_a_budget_says_what_it_stands_on_in_both_languages(with_campaigns):
    on_campaign = with_campaigns(WINTER, budget=BudgetConfig(measured="winter", cost=1.0))
    says = {
        "en": "The budget of contacts: The save rate of 5% (95% interval 1% to 9%) was measured",
        "zh": "触达预算：5% 的挽回率（95% 区间 1% 至 9%）由活动 winter 测得",
    }
    for spoken, words in says.items():
        found = campaigns_section(on_campaign, load_messages(spoken))
        assert parts(found, Note)[-1].text.startswith(words)


def test_an_assumed_budget_is_offered_what_was_measured(with_campaigns, say):
    assumed = with_campaigns(WINTER, budget=BudgetConfig(save_rate=0.2, cost=1.0))
    *_, basis = [note.text for note in parts(campaigns_section(assumed, say), Note)]
    assert "The save rate of 20% is assumed: no campaign measured it." in basis
    assert "Campaign winter measured a save rate of 5%" in basis


def test_the_first_thing_to_do_says_where_its_profit_was_measured(with_campaigns, say):
    budget = BudgetConfig(measured="winter", cost=0.5)
    text = next_steps(with_campaigns(WINTER, budget=budget), say).steps[0].text
    words = "at a save rate of 5% (measured in campaign winter: +2.0 points, 95% +0.4 to +3.6)"
    assert words in text
    assert "with the error of the measurement" in text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_has_the_chapter(with_campaigns, language):
    page = render(with_campaigns(WINTER, SPRING, language=language))
    assert 'id="campaigns"' in page
    assert load_messages(language)("campaigns.title") in page
