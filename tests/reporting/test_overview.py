from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from past_of import past_with
from tiercast.config.budget import BudgetConfig
from tiercast.reporting.messages import LANGUAGES, load_messages
from tiercast.reporting.next_steps import next_steps
from tiercast.reporting.overview import BaseTotals, overview_section, totals
from tiercast.reporting.section import Cards, Note, Steps

AS_OF = date(2024, 3, 1)
SUMS = {"customers": 8, "expected_value": 1000.0, "value_low": 870.0, "value_high": 1150.0}
YEAR = {"first": "2023-03-01", "last": "2023-05-29", "value": 800.0, "value_known": 600.0}
BEFORE = date(2024, 2, 1)
TOLD = {"expected_value": 1000.0, "expected_churned": 4.25}


def card(section, label):
    (cards,) = [part for part in section.parts if isinstance(part, Cards)]
    return next((one for one in cards.cards if label in one.label), None)


def test_totals_are_sums_over_the_base(inputs):
    """At stake: of bob .6 * 900, of dan .5 * 200, of fay .7 * 100."""
    assert totals(inputs) == BaseTotals(8, pytest.approx(3.75), 1000, 3, pytest.approx(710), 0, 0)


def test_the_headline_says_what_to_expect(inputs, say):
    assert overview_section(inputs, say).headline == (
        "Of 8 customers, about 4 will order in the next 90 days and bring about 1,000 in revenue."
    )


def test_money_at_stake_has_its_customers_and_definition(inputs, say):
    found = card(overview_section(inputs, say), "at stake")
    assert found.value == "710"
    assert found.detail.startswith("3 customers will more likely stay away than order")
    assert "the last 12 months' revenue times the churn risk" in found.detail


@pytest.mark.parametrize(
    ("known", "words"),
    [(True, "same weeks were a year ago"), (False, "do not go back far enough")],
)
def test_the_season_ahead_is_said_to_be_known_or_not(empty_run, reading, say, known, words):
    empty_run.write_all(season={"is_known": known})
    assert words in overview_section(reading(empty_run), say).parts[-1].text


def test_the_expected_total_comes_with_its_days_and_interval(empty_run, reading, say):
    empty_run.write_all(sums={"base": SUMS, "tiers": {}, "segments": {}})
    found = card(overview_section(reading(empty_run), say), "expected revenue in")
    assert found.detail == "from 1 March 2024 to 29 May 2024; 90% sure: 870 to 1,150"


def test_the_headline_tells_the_interval_too(empty_run, reading, say):
    empty_run.write_all(sums={"base": SUMS, "tiers": {}, "segments": {}})
    headline = overview_section(reading(empty_run), say).headline
    assert headline.endswith("bring about 1,000 in revenue (90% sure: 870 to 1,150).")


def test_the_forecast_stands_beside_the_same_days_a_year_before(empty_run, reading, say):
    """1,000 are expected; 800 came, 200 of them from customers who were new then."""
    months = {"first_month": ["2023-04-01"], "customers": [20]}
    earlier = {"year_before": YEAR, "new_by_month": months}
    empty_run.write_all()
    inputs = replace(reading(empty_run), past=past_with(AS_OF, **earlier))
    found = card(overview_section(inputs, say), "a year before")
    assert found.value == "+25%"
    assert found.detail.startswith("800 came from 1 March 2023 to 29 May 2023; 200 of it from")


@pytest.mark.parametrize("year", [None, YEAR | {"value": 0}])
def test_without_money_a_year_before_nothing_is_compared(inputs, say, year):
    for past in (None, past_with(AS_OF, year_before=year)):
        section = overview_section(replace(inputs, past=past), say)
        assert card(section, "a year before") is None


def test_what_changed_is_counted_from_the_scored_day_before(
    empty_run, base, base_scores, reading, say
):
    """Two rose and one fell; 7 customers were scored then, for 800 at a risk of 50 %."""
    told = {"customers": 7, "expected_value": 800.0, "expected_churned": 3.5}
    empty_run.write_scores(base_scores.head(7), BEFORE, **told)
    change = pd.Series([1, 2, -3, 0, 0, None, 0, 0], dtype="Int8")
    now = TOLD | {"customers": 8, "previous_as_of": BEFORE.isoformat()}
    empty_run.write_scores(base_scores.assign(tier_change=change), AS_OF, **now)
    empty_run.write_features(base_features(empty_run, base))
    found = card(overview_section(reading(empty_run), say), "since 1 February 2024")
    assert found.value == "▲2 ▼1"
    assert found.detail == (
        "customers +1; expected revenue +25%; average churn risk 50% then, 53% now"
    )


def base_features(run, base):
    run_of = {"customer_id": base["customer_id"], "as_of": AS_OF}
    return pd.DataFrame(run_of | {"revenue_365d": base["revenue_365d"].astype(float)})


def test_on_the_first_scored_day_nothing_has_changed(inputs, say):
    assert card(overview_section(inputs, say), "since") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_three_things_to_do_name_their_lists(empty_run, base_scores, reading, language):
    """Bob is to be rescued, ann to be kept close, cat, eve to grow: 540, 400 and 160."""
    plays = ["keep_close", "rescue", "grow", "nurture", "grow", *["nurture"] * 3]
    empty_run.write_all()
    file = next(empty_run.output.glob("scores/*/part-*.parquet"))
    base_scores.assign(action_id=plays, as_of=AS_OF).to_parquet(file)
    section = overview_section(reading(empty_run), load_messages(language))
    (steps,) = [part for part in section.parts if isinstance(part, Steps)]
    lists = [one.list for one in steps.steps]
    assert lists == ["rescue", "keep_close", "grow"]
    for one, counted, money in zip(steps.steps, "112", ("540", "400", "160"), strict=True):
        assert one.text.startswith(counted)
        assert money in one.text


def test_without_plays_the_lists_that_need_none_are_named(inputs, say):
    """Nobody is new; dan came back; bob, dan and fay are likely to leave."""
    section = overview_section(inputs, say)
    (steps,) = [part for part in section.parts if isinstance(part, Steps)]
    found = [(one.list, one.text) for one in steps.steps]
    assert found == [
        ("likely_to_leave", "3 customers, 710 at stake"),
        ("next_orders", "8 customers, 1,000 expected"),
        ("came_back", "1 customer, 90.0 expected"),
    ]


def test_a_question_without_anybody_says_why(empty_run, base, reading, say):
    """Nobody leaves: all of likely_to_leave's customers would need a risk of 50% to 80%."""
    empty_run.write_all(base.assign(churn_probability=0.1, lifecycle_stage="active"))
    parts = overview_section(reading(empty_run), say).parts
    note, *_ = [one.text for one in parts if isinstance(one, Note) and "nobody on" in one.text]
    assert note.startswith("Who is about to leave: nobody on this day. These lists are empty: ")
    assert "“Likely to leave”" in note
    assert "churn_probability >= 0.5 (0)" in note
    assert "churn_probability <= 0.8 (8)" in note


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "gives them this action (0)"), ("zh", "行动手册为其安排此行动（0）")],
)
def test_the_condition_of_a_lists_own_play_is_said_in_words(
    empty_run, base_scores, reading, language, words
):
    """Nobody has an action of the three questions, and nobody's next order is near."""
    empty_run.write_all()
    file = next(empty_run.output.glob("scores/*/part-*.parquet"))
    far = base_scores.assign(action_id="nurture", as_of=AS_OF, next_order_date=date(2030, 1, 1))
    far.to_parquet(file)
    notes = " ".join(n.text for n in next_steps(reading(empty_run), load_messages(language)).notes)
    assert "action_id" not in notes
    assert words in notes


@pytest.mark.parametrize(
    ("factor", "words"),
    [(1.5, "were 38% too high"), (0.5, "were 54% too low"), (1.0, "")],
)
def test_the_headline_says_where_past_totals_ran_off(empty_run, past, reading, say, factor, words):
    # 955 forecast, 1,039 came: as it is 8 % low, which is within the limit.
    empty_run.write_all()
    empty_run.write_evaluation(past.assign(expected_value=past["expected_value"] * factor))
    headline = overview_section(reading(empty_run), say).headline
    ending = f" Past forecasts {words} on average (non-overlapping windows: 1)."
    assert headline.endswith(f"revenue.{ending if words else ''}")


def test_the_first_thing_to_do_tells_the_profit_of_contacts_within_the_budget(inputs, say):
    def first_step(cost: float) -> str:
        budget = BudgetConfig(save_rate=0.1, cost=cost)
        config = inputs.config.model_copy(update={"budget": budget})
        return next_steps(replace(inputs, config=config), say).steps[0].text

    assert "Contacts that pay at a save rate of 10% (assumed)" in first_step(1)
    assert "at half the save rate" in first_step(1)
    assert first_step(999).endswith(
        ". No contact pays at its cost of 999.00 and a save rate of 10% (assumed)"
    )
    assert "pay" not in next_steps(inputs, say).steps[0].text


CAPS = {"top": 0.3, "potential": 0.3, "general": 0.3}


def test_caps_that_leave_no_place_are_named_as_the_cause(inputs, say):
    budget = BudgetConfig(save_rate=0.1, cost=0.01, contacts=1, caps={**CAPS, "potential": 0.2})
    config = inputs.config.model_copy(update={"budget": budget})
    text = next_steps(replace(inputs, config=config), say).steps[0].text
    assert "but the caps of the budget leave them no place" in text
    assert "at most its share (Top 30%, Potential 20%, General 30%)" in text
    assert "No contact pays" not in text


def test_the_first_things_to_do_say_whom_the_files_of_lists_leave_out(inputs, say):
    held = replace(inputs, config=inputs.config.model_copy(update={"holdout": 0.05}))
    texts = [note.text for note in next_steps(held, say).notes]
    assert any("leaves out the holdout: 5% of the customers" in text for text in texts)
    assert not any("holdout" in note.text for note in next_steps(inputs, say).notes)
