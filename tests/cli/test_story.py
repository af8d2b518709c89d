import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from tiercast.config.playbook import PLAYBOOK
from tiercast.modeling.target import Target
from tiercast.scoring.explain import CustomerStory, NextTier

SCORE = {
    "tier": "general",
    "tier_confidence": 0.42,
    "tier_set": ["general", "dormant"],
    "churn_probability": 0.573,
    "expected_value": 25.5,
    "value_low": 0.0,
    "value_high": 1090.25,
    "next_order_date": None,
    "segment": "frequent",
    "segment_confidence": 0.9,
    "rfm_segment": "loyal",
    "r_score": 3,
    "f_score": 5,
    "m_score": 4,
    "lifecycle_stage": "at_risk",
    "action": "call",
    "reasons": [
        {
            "feature": "recency_days",
            "value": "74",
            "effect": 0.4,
            "text": "last order 74 days ago; usual gap 12 days",
        }
    ],
}
TARGET = Target(28, "revenue")
MANIFEST = {
    "horizon_days": 28,
    PLAYBOOK: [{"name": "call", "action": {"en": "call", "zh": "请打电话"}}],
}
ORDERS = pd.DataFrame(
    {
        "ordered_on": pd.to_datetime(["2024-04-18", "2024-04-06"]),
        "spent": [1062.25, 9.0],
        "gap_days": [12.0, float("nan")],
    }
)


@pytest.fixture
def shown(run, shop, monkeypatch):
    """What is printed of a story with so many scored dates."""

    def show(*options, past_dates=1, next_tier=None, left_out="", contracts=()):
        past = pd.DataFrame({"as_of": [dt.date(2024, 7, 1)] * past_dates, "tier": "general"})
        story = CustomerStory(
            *("c7", dt.date(2024, 7, 1), SCORE, past, ORDERS, next_tier, TARGET, left_out),
            MANIFEST,
        )
        story = replace(story, contracts=contracts)
        monkeypatch.setattr("tiercast.scoring.explain.explain", lambda *_given: story)
        return run("explain", shop, "c7", *options).stdout

    return show


def test_explain_shows_scores_reasons_and_orders(shown):
    text = shown()
    assert "Customer c7 as of 2024-07-01" in text
    text = re.sub(" +", " ", text)
    assert "Tier General (confidence 42%)" in text
    assert "25.50 (0.00 to 1,090.25)" in re.sub(" +", " ", text)
    assert "Expected revenue within 28 days" in text
    assert "Chance of no order in 28 days" in text
    assert "Next order not within the horizon" in text
    assert "Classic view RFM: loyal (354)" in text
    assert "Why: last order 74 days ago; usual gap 12 days (raises the risk against" in text
    assert "2024-04-18 1,062.25 12" in text
    assert "2024-04-06 9.00 -" in text


def test_explain_shows_what_the_next_tier_takes(shown):
    assert "Potential starts 14.50 higher" in shown(next_tier=NextTier("potential", 40.0, 25.5))
    assert "Next tier" not in shown()


def test_nothing_starts_higher_where_the_value_is_reached(shown):
    text = shown(next_tier=NextTier("potential", 25.5, 40.0))
    assert "Potential: some there are expected to bring no more" in text
    assert "0.00 higher" not in text


def test_explain_shows_earlier_scores_where_there_are_some(shown):
    assert "Scores over time" not in shown()
    assert "Scores over time" in shown(past_dates=2)


def test_explain_names_the_scores_of_another_horizon_that_it_leaves_out(shown):
    assert "so not shown" not in shown()
    left_out = "2024-05-01 (revenue within 56 days)"
    assert f"Not of this horizon and value, and so not shown beside it: {left_out}." in shown(
        left_out=left_out
    )


def test_explain_before_any_scoring_ends_with_2(run, shop):
    assert run("explain", shop, "a").exit_code == 2


def test_explain_speaks_the_language_asked_for(shown):
    frame = shown("--language", "zh", past_dates=2, next_tier=NextTier("potential", 40.0, 25.5))
    assert not re.search("[A-Za-z]", frame.replace("c7", "").replace("RFM", ""))
    assert "潜力" in frame


def test_explain_tells_a_day_scored_in_english_in_chinese(shown):
    frame = shown("--language", "zh")
    assert "上次下单在 74 天前；通常间隔 12 天" in frame
    assert "请打电话" in frame


def test_explain_shows_money_with_its_sign(shown, shop):
    config = Path(shop)
    config.write_text(f"{config.read_text('utf-8')}currency: EUR\n", "utf-8")
    text = re.sub(" +", " ", shown(next_tier=NextTier("potential", 40.0, 25.5)))
    assert "€25.50 (€0.00 to €1,090.25)" in text
    assert "2024-04-18 €1,062.25 12" in text
    assert "Potential starts €14.50 higher" in text


def test_explain_in_english_has_no_chinese(shown):
    assert shown(past_dates=2).isascii()


def test_explain_tells_of_contracts_in_place_of_stages_and_the_classic_view(shown):
    contract = {
        "plan": "pro",
        "price": 60.0,
        "term_months": 12,
        "renewals": 1,
        "running": True,
        "ran_before": True,
        "started_on": dt.date(2023, 6, 20),
        "ended_on": None,
        "renews_on": dt.date(2025, 6, 20),
    }
    text = re.sub(" +", " ", shown(contracts=[contract]))
    assert "Plan pro, 60.00 a month" in text
    assert "Next renewal 2025-06-20, terms completed so far: 1" in text
    assert "2023-06-20 running pro" in text
    assert "Classic view" not in text
    assert "Lifecycle" not in text
