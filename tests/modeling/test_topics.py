from collections import Counter
from string import Formatter

import numpy as np
import pandas as pd
import pytest

from tiercast.features.clv import ClvModels
from tiercast.features.contacts import event_type_features
from tiercast.features.feature import Setting
from tiercast.features.registry import CATALOGUE
from tiercast.modeling.sentence_values import column_of
from tiercast.modeling.topics import (
    PROFILE,
    TOPICS,
    UNKNOWN,
    sentence,
    shown,
    topic_of,
)
from tiny_model import HORIZON_DAYS, tiny_features

NAMES = [feature.name for feature in CATALOGUE]
EVENT_TYPES = [f.name for f in event_type_features(Setting(30, ("visit", "call")))]
BY_NAME = {topic.name: topic for topic in TOPICS}
TOLD = [topic for topic in TOPICS if topic.name != PROFILE]
ODD_VALUES = ["<b>bold</b>", "🛒", "{recency_days}", "%s", "北京", 'a"b', ""]


def topic(feature):
    return TOPICS[topic_of(feature)].name


def slots(template):
    return {slot for _, slot, _, _ in Formatter().parse(template) if slot}


COLUMNS = {column_of(slot) for topic in TOPICS for text in topic.en for slot in slots(text)}


def say(name, row, language="en", feature=""):
    return sentence(BY_NAME[name], row, feature, language)


@pytest.mark.parametrize("feature", [*NAMES, *EVENT_TYPES])
def test_every_feature_has_a_topic_of_its_own_kind(feature):
    assert topic(feature) != PROFILE


def test_every_topic_has_features():
    assert set(Counter(topic(name) for name in NAMES)) == {topic.name for topic in TOLD}


def test_what_the_models_answer_is_a_matter_of_recency():
    frame = tiny_features(60)
    for name in ClvModels.fit(frame).predict(frame, HORIZON_DAYS):
        assert topic(name) == "recency"


@pytest.mark.parametrize(
    ("feature", "expected"),
    [
        ("recency_days", "recency"),
        ("gap_last_days", "recency"),
        ("contact_recency_days", "campaigns"),
        ("orders_90d", "frequency"),
        ("orders_same_window_last_year", "season"),
        ("revenue_same_window_last_year", "season"),
        ("revenue_30d", "spend"),
        ("btyd_frequency", "recency"),
        ("season_overdue_ratio", "recency"),
        ("event_type_2_90d", "events"),
        ("region", PROFILE),
    ],
)
def test_topics_by_hand(feature, expected):
    assert topic(feature) == expected


@pytest.mark.parametrize(
    "column", ["orders_channel", "active_member", "category_of_trade", "revenue_band", "eventful"]
)
def test_a_profile_column_that_sounds_like_a_feature_is_a_profile_column(column):
    assert topic(column) == PROFILE


@pytest.mark.parametrize("topic", TOLD, ids=lambda topic: topic.name)
def test_both_languages_tell_the_same_figures(topic):
    assert topic.en
    assert [slots(template) for template in topic.en] == [slots(text) for text in topic.zh]


def test_every_figure_is_a_feature():
    assert set(NAMES) >= COLUMNS


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("topic", TOLD, ids=lambda topic: topic.name)
def test_with_all_figures_no_slot_stays_open(topic, language):
    row = dict.fromkeys(COLUMNS, 3.0)
    told = sentence(topic, row, "recency_days", language)
    assert "3" in told
    assert not set(told) & set("{}")
    assert told.isascii() == (language == "en")


def test_sentences_by_hand():
    row = {
        "recency_days": 74.4,
        "gap_mean_days": 11.6,
        "revenue_90d": 1234.5,
        "average_order_value": 40,
        "weekend_share": 0.256,
        "average_basket_lines": 1.04,
    }
    assert say("recency", row) == "last order 74 days ago; usual gap 12 days"
    assert say("recency", row, "zh") == "上次下单在 74 天前;通常间隔 12 天"
    assert say("spend", row) == "spent 1,234 in the last 90 days; average order 40"
    assert say("timing", row) == "26% of orders on weekends"
    assert say("basket", row) == "1.0 lines an order"


@pytest.mark.parametrize("missing", [None, float("nan"), np.nan, pd.NA])
def test_a_customer_of_one_order_has_no_gap_to_tell(missing):
    row = {"recency_days": 74.0, "gap_mean_days": missing}
    assert say("recency", row) == "only order day was 74 days ago"
    assert say("recency", row, "zh") == "仅有一个下单日,在 74 天前"


def test_campaigns_without_responses_are_told_without():
    assert say("campaigns", {"contacts": 3.0}) == "3 campaign contacts"


def test_where_no_template_fits_the_feature_itself_is_told():
    told = say("basket", {"average_basket_quantity": 2.5}, feature="average_basket_quantity")
    assert told == "average basket quantity: 2.5"
    assert say("basket", {}, feature="average_basket_lines") == "average basket lines: unknown"
    assert say("basket", {}, "zh", "average_basket_lines").endswith(": 未知")


@pytest.mark.parametrize("value", ODD_VALUES)
def test_odd_values_of_a_profile_are_told_as_they_are(value):
    row = {"home_town": value, "recency_days": 3.0}
    assert say(PROFILE, row, feature="home_town") == f"home town: {value}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"),
        (0.12345678, "0.123457"),
        (-2.5, "-2.5"),
        (999999.0, "999999"),
        (1000000.0, "1000000"),
        (12345678.9, "12345679"),
        (7, "7"),
        (True, "True"),
        ("north", "north"),
        (float("inf"), "inf"),
    ],
)
def test_figures_are_shown_without_exponents(value, text):
    assert shown(value, "en") == text


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_missing_is_unknown(missing, language):
    assert shown(missing, language) == UNKNOWN[language]
