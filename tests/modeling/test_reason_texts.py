import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiercast.features.registry import CATALOGUE
from tiercast.modeling.phrases import phrase_of, slots
from tiercast.modeling.reason_texts import UNKNOWN, label, reason_texts, shown
from tiercast.modeling.sentence_values import column_of, figure

PHRASED = [feature.name for feature in CATALOGUE if phrase_of(feature.name) is not None]
ODD = [0.0, -0.0, 0.4, 0.5, 1.0, 1.04, 12.0, 999_999.6, 1e6, -3.5, float("nan"), float("inf")]
NUMBERS = st.sampled_from(ODD) | st.floats(-1e9, 1e9)
ODD_VALUES = ["<b>bold</b>", "🛒", "{recency_days}", "%s", "北京", 'a"b', ""]
ROW = {
    "recency_days": 74.4,
    "gap_mean_days": 11.6,
    "revenue_365d": 1234.5,
    "weekend_share": 0.256,
    "average_basket_lines": 1.04,
    "orders_90d": 1.0,
}


def columns_of(feature):
    """Return the columns that the sentences of a feature quote, and itself."""
    phrase = phrase_of(feature)
    quoted = [column_of(slot) for text in phrase.en for slot in slots(text)] if phrase else []
    return list(dict.fromkeys([feature, *quoted]))


def texts_of(frame, names, row, feature, language):
    phrases = [phrase_of(name) for name in names]
    found = reason_texts(frame, names, phrases, np.array(row), np.array(feature), language)
    return [column.to_pylist() for column in found]


def described(name, row, language):
    """Return the text of a reason of one customer."""
    return texts_of(pd.DataFrame([row]), [name], [0], [0], language)[-1][0]


def sentence(name, row, language):
    """Return a reason's text, made of its customer's own figures one by one."""
    phrase = phrase_of(name)
    text = phrase and phrase.text(lambda slot: figure(slot, row.get(column_of(slot))), language)
    return text or label(name, language) + shown(row.get(name), language)


def expected(frame, names, row, feature, language):
    rows = frame.to_dict("records")
    pairs = [(names[f], rows[r]) for r, f in zip(row, feature, strict=True)]
    values = [shown(one.get(name), language) for name, one in pairs]
    return [
        [name for name, _ in pairs],
        values,
        [sentence(name, one, language) for name, one in pairs],
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_texts_by_column_are_the_sentences_of_each_row(language):
    columns = list(dict.fromkeys(name for one in PHRASED for name in columns_of(one)))
    draw = np.random.default_rng(7)
    frame = pd.DataFrame({name: draw.choice(ODD, 40) for name in columns})
    pairs = np.indices((len(frame), len(columns))).reshape(2, -1)
    row, feature = draw.permutation(pairs, axis=1).tolist()
    texts = texts_of(frame, columns, row, feature, language)
    assert texts == expected(frame, columns, row, feature, language)


@settings(max_examples=40)
@given(data=st.data(), language=st.sampled_from(["en", "zh"]), feature=st.sampled_from(PHRASED))
def test_any_figures_are_written_as_in_their_rows(data, language, feature):
    names = columns_of(feature)
    row = st.fixed_dictionaries(dict.fromkeys(names, NUMBERS))
    frame = pd.DataFrame(data.draw(st.lists(row, min_size=1, max_size=5)), dtype="float64")
    chosen = list(range(len(frame)))[::-1], [0] * len(frame)
    assert texts_of(frame, names, *chosen, language) == expected(frame, names, *chosen, language)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_reasons_of_many_features_stay_in_their_order(language):
    frame = pd.DataFrame(
        {
            "orders": [1.0, 2.0, 3.0],
            "recency_days": [1.0, np.nan, 40.0],
            "gap_mean_days": [1.0, 5.0, np.nan],
            "town": ["Bath", None, "York"],
            "household_size": pd.array([3, None, 1], dtype="Int64"),
            "has_card": [True, False, True],
        }
    )
    names = ["recency_days", "town", "orders", "household_size", "has_card", "no_such_column"]
    chosen = [2, 0, 1, 0, 1, 1, 2, 0, 2, 1], [0, 1, 0, 2, 3, 1, 3, 4, 5, 0]
    assert texts_of(frame, names, *chosen, language) == expected(frame, names, *chosen, language)


def test_a_column_that_a_phrase_quotes_may_be_missing():
    frame = pd.DataFrame({"recency_days": [5.0]})
    texts = texts_of(frame, ["recency_days"], [0], [0], "en")
    assert texts == [["recency_days"], ["5"], ["only order day was 5 days ago"]]


def test_without_reasons_there_are_no_texts():
    none = np.array([], dtype=int)
    assert texts_of(pd.DataFrame(), ["orders"], none, none, "en") == [[], [], []]


@pytest.mark.parametrize(
    ("feature", "english", "chinese"),
    [
        (
            "overdue_ratio",
            "last order 74 days ago; usual gap 12 days",
            "上次下单在 74 天前；通常间隔 12 天",
        ),
        ("revenue_365d", "spent 1,234 in the last 365 days", "近 365 天消费 1,234"),
        ("weekend_share", "26% of orders on weekends", "26% 的订单在周末"),
        ("average_basket_lines", "1.0 lines an order", "平均每单 1.0 行商品"),
        ("orders_90d", "1 order in the last 90 days", "近 90 天下单 1 次"),
    ],
)
def test_a_sentence_quotes_the_figures_of_its_own_feature(feature, english, chinese):
    assert described(feature, ROW, "en") == english
    assert described(feature, ROW, "zh") == chinese


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
def test_a_customer_of_one_order_has_no_gap_to_tell(missing):
    row = {"recency_days": 74.0, "gap_mean_days": missing}
    assert described("recency_days", row, "en") == "only order day was 74 days ago"
    assert described("gap_mean_days", row, "zh") == "至今仅有一个下单日，在 74 天前"


@pytest.mark.parametrize("value", ODD_VALUES)
def test_odd_values_of_a_profile_are_written_as_they_are(value):
    assert described("home_town", {"home_town": value}, "en") == f"home town: {value}"


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
