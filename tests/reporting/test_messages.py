import string
from typing import get_args

import pytest

from tiercast.app.texts import load_texts
from tiercast.config.worth import Counted
from tiercast.modeling.target import Target
from tiercast.reporting.messages import LANGUAGES, load_messages, of_horizons
from tiercast.segments.lifecycle import LIFECYCLE_RULES
from tiercast.segments.rfm_rules import RFM_RULES


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_languages_hold_the_same_keys():
    english, chinese = (load_messages(language).texts for language in LANGUAGES)
    assert english.keys() == chinese.keys()


@pytest.mark.parametrize("key", sorted(load_messages("en").texts))
def test_languages_fill_the_same_placeholders(key):
    english, chinese = (load_messages(language).texts[key] for language in LANGUAGES)
    assert placeholders(english) == placeholders(chinese)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_that_scores_hold_has_words(language):
    say = load_messages(language)
    for rule in RFM_RULES:
        assert say.has(f"labels.rfm_segment.{rule.segment}")
        assert say.has(f"rfm.meanings.{rule.segment}")
    for stage in LIFECYCLE_RULES:
        assert say.has(f"labels.stage.{stage.stage}")
        assert say.has(f"lifecycle.meanings.{stage.stage}")


def test_values_are_not_parsed_for_placeholders(say):
    assert "{0.__class__}" in say("page.title", name="{0.__class__}")


def test_margin_is_called_margin():
    assert load_messages("en", worth="margin")("common.expected_value") == "Expected margin"
    assert load_messages("zh", worth="margin")("common.expected_value") == "预期毛利"


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_of_several_horizons_name_the_main_one(language):
    say = load_messages(language, horizon_days=30)
    one, several = say.texts, of_horizons(say, 2).texts
    assert of_horizons(say, 1) is say
    changed = {key: text for key, text in several.items() if one.get(key) != text}
    assert {"common.churn", "groups.headline", "lists.columns.expected"} <= changed.keys()
    assert changed.keys() <= one.keys()
    for key, text in changed.items():
        assert placeholders(text) == placeholders(one[key]) | {"horizon"}


@pytest.mark.parametrize("key", ["explain.columns.spent", "app.customer.spent"])
def test_the_money_of_an_order_day_bears_the_name_of_what_counts_as_value(key):
    titles = [load_texts("en", Target(90, value))(key) for value in get_args(Counted)]
    assert titles == ["Spent", "Margin", "Contribution"]
    assert load_texts("zh", Target(90, "margin"))(key) == "毛利"


def test_rfm_groups_are_told_in_what_counts_as_value():
    for name in ("champions", "cannot_lose_them", "about_to_sleep"):
        assert "margin" in load_messages("en", worth="margin")(f"rfm.meanings.{name}")
        assert "毛利" in load_messages("zh", worth="margin")(f"rfm.meanings.{name}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_several_horizons_every_text_names_the_main_one(language):
    texts = load_messages(language).texts
    own = [key for key in texts if key.startswith("of_several.")]
    assert {key.removeprefix("of_several.") for key in own} <= texts.keys()
    assert "of_several.ledger.total.title" in own
    assert all("{horizon}" in texts[key] for key in own)


def test_words_go_with_the_number_of_customers(say):
    text = {number: say("excluded.none", rows=number) for number in ("1", "12")}
    assert text["1"] == "Nothing was excluded: the 1 order line counts."
    assert text["12"] == "Nothing was excluded: all 12 order lines count."
    assert say("outlook.headline", customers="1", at_stake="€5").startswith("1 customer will")
    assert say("outlook.headline", customers="<10", at_stake="–").startswith("<10 customers will")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_for_one_and_for_several_go_with_a_figure_of_the_text(language):
    for text in load_texts(language, Target(90, "revenue")).texts.values():
        parts = [part for part in string.Formatter().parse(text) if part[1] is not None]
        shown = {name for _, name, spec, _ in parts if not spec}
        assert {name for _, name, spec, _ in parts if spec and "|" in spec} <= shown
