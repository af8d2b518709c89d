import datetime as dt

import pytest

from tiercast.reporting.customer_facts import event_facts, signal_facts
from tiercast.reporting.messages import load_messages

DUE = {"big_order_due_days": 15.58, "big_order_last_year": 5000.0}


def told(score, facts, language="en"):
    say = load_messages(language)
    day = {"as_of": dt.date(2024, 5, 20)}
    return [(say(f.name), f.value, f.detail) for f in signal_facts(day | score, facts, say)]


def test_a_yearly_big_order_has_its_date_and_amount():
    assert told({}, DUE) == [("Yearly big order", "due on 4 June 2024", "5,000.00 a year before")]
    assert told({}, DUE, "zh") == [("年度大额订单", "预计 2024年6月4日", "一年前为 5,000.00")]


@pytest.mark.parametrize(
    "facts", [{}, {**DUE, "big_order_due_days": None}, {**DUE, "big_order_due_days": float("nan")}]
)
def test_nothing_is_due_for_most(facts):
    assert told({}, facts) == []


def test_the_trend_stands_beside_the_depth_of_use():
    score = {"usage_tier": "deep", "usage_trend": "falling", "preference": "technical"}
    assert told(score, {}) == [("Use", "Deep", "Falling"), ("Preference", "Technical", "")]
    assert told({"usage_tier": "shallow", "usage_trend": None}, {}) == [("Use", "Shallow", "")]


def test_events_that_came_more_or_less_often_than_by_chance_are_facts():
    facts = {
        **{"event_type_1_30d": 30.0, "event_type_1_90d": 90.0},  # as before
        **{"event_type_2_30d": 6.0, "event_type_2_90d": 7.0},
        **{"event_type_3_30d": 0.0, "event_type_3_90d": 0.0},
    }
    types = ("use", "{ticket}", "payment_failed")
    english, chinese = (event_facts(types, facts, load_messages(one)) for one in ("en", "zh"))
    (found,) = english
    assert found.value == "events of type “{ticket}”"
    assert found.detail == "6 in the last 30 days; 0.5 a month in the 60 days before"
    assert chinese[0].detail == "近 30 天 6 次；此前 60 天平均每月 0.5 次"


def test_a_few_events_more_are_chance():
    facts = {"event_type_1_30d": 2.0, "event_type_1_90d": 3.0}
    assert event_facts(("ticket",), facts, load_messages("en")) == []
