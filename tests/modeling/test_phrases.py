import re
from collections import Counter

import pytest

from tiercast.features.clv import ClvModels
from tiercast.features.contacts import event_type_features
from tiercast.features.feature import Setting
from tiercast.features.registry import CATALOGUE
from tiercast.modeling.design_matrix import NOT_FEATURES
from tiercast.modeling.phrases import PROFILE, phrase_of, slots, topic_of, topics
from tiercast.modeling.sentence_values import column_of
from tiny_model import HORIZON_DAYS, tiny_features

NAMES = [
    feature.name for feature in CATALOGUE if feature.learned and feature.name not in NOT_FEATURES
]
EVENT_TYPES = [f.name for f in event_type_features(Setting(30, ("visit", "call")))]
JARGON = re.compile(r"btyd|clv|_|NaN|ratio|entropy|decayed|log", re.IGNORECASE)
CJK = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
HALF_WIDTH = re.compile(r"[;:,.!?()](?!\d)")


def topic(feature):
    return topics()[topic_of(feature)]


@pytest.mark.parametrize("feature", [*NAMES, *EVENT_TYPES])
class TestEveryFeature:
    def test_has_a_sentence_and_a_topic(self, feature):
        assert phrase_of(feature) is not None
        assert topic(feature) != PROFILE

    def test_tells_the_same_figures_in_both_languages(self, feature):
        phrase = phrase_of(feature)
        pairs = zip(phrase.en, phrase.zh, strict=True)
        assert all(set(slots(en)) == set(slots(zh)) for en, zh in pairs)

    def test_quotes_features_only(self, feature):
        phrase = phrase_of(feature)
        quoted = {column_of(slot) for text in phrase.en for slot in slots(text)} - {"event_type"}
        assert quoted <= {*NAMES, *EVENT_TYPES}

    def test_is_told_in_one_language_and_without_jargon(self, feature):
        phrase = phrase_of(feature).of_event_type("")
        english = phrase.text(lambda _: "3", "en")
        chinese = phrase.text(lambda _: "3", "zh")
        assert not JARGON.search(english)
        assert not CJK.search(english)
        assert not re.search("[A-Za-z]", chinese)
        assert not HALF_WIDTH.search(chinese)


def test_every_topic_has_features():
    assert set(Counter(topic(name) for name in NAMES)) == {*topics()} - {PROFILE}


def test_what_the_models_answer_is_a_matter_of_recency_and_of_spend():
    frame = tiny_features(60)
    asked = {name: topic(name) for name in ClvModels.fit(frame).predict(frame, HORIZON_DAYS)}
    assert asked.pop("clv_expected_spend") == "spend"
    assert set(asked.values()) == {"recency"}


@pytest.mark.parametrize(
    "column", ["orders_channel", "active_member", "category_of_trade", "revenue_band", "eventful"]
)
def test_a_profile_column_that_sounds_like_a_feature_is_a_profile_column(column):
    assert topic(column) == PROFILE


def test_a_window_of_any_length_is_told_with_its_own_days():
    assert phrase_of("orders_180d").en == ("{orders_180d} orders in the last 180 days",)


def test_an_event_type_is_told_by_its_name_which_may_hold_braces():
    phrase = phrase_of("event_type_2_90d").of_event_type("{cart}")
    assert phrase.text(lambda _: "4", "en") == "4 events of type “{cart}” in the last 90 days"


@pytest.mark.parametrize(
    ("feature", "figure", "told"),
    [
        ("orders_90d", "1", "1 order in the last 90 days"),
        ("orders_90d", "21", "21 orders in the last 90 days"),
        ("category_count", "1", "buys from 1 category"),
        ("event_types_used", "1", "1 kind of event so far"),
        ("active_weeks", "1", "ordered in 1 week"),
    ],
)
def test_one_is_singular(feature, figure, told):
    assert phrase_of(feature).text(lambda _: figure, "en") == told


@pytest.mark.parametrize(("value", "other"), [("margin", "contribut"), ("contribution", "margin")])
def test_money_is_told_as_what_counts_as_value(value, other):
    money = [one.name for one in CATALOGUE if one.unit == "money" and one.name in NAMES]
    quoted = {name: phrase_of(name, value) for name in money if topic(name) in ("season", "spend")}
    assert {"revenue_90d", "last_order_value", "revenue_same_window_last_year"} <= set(quoted)
    for phrase in quoted.values():
        assert value[:9] in phrase.en[0]
        assert {"margin": "毛利", "contribution": "贡献"}[value] in phrase.zh[0]
        assert not re.search(f"spent|消费|{other}|<", " ".join((*phrase.en, *phrase.zh)))
