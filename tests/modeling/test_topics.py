import pandas as pd
import pytest

from tiercast.modeling.topics import UNKNOWN, sentence, shown

ODD_VALUES = ["<b>bold</b>", "🛒", "{recency_days}", "%s", "北京", 'a"b', ""]
ROW = {
    "recency_days": 74.4,
    "gap_mean_days": 11.6,
    "revenue_365d": 1234.5,
    "weekend_share": 0.256,
    "average_basket_lines": 1.04,
    "orders_90d": 1.0,
}


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
    assert sentence(feature, ROW, "en") == english
    assert sentence(feature, ROW, "zh") == chinese


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
def test_a_customer_of_one_order_has_no_gap_to_tell(missing):
    row = {"recency_days": 74.0, "gap_mean_days": missing}
    assert sentence("recency_days", row, "en") == "only order day was 74 days ago"
    assert sentence("gap_mean_days", row, "zh") == "至今仅有一个下单日，在 74 天前"


@pytest.mark.parametrize("value", ODD_VALUES)
def test_odd_values_of_a_profile_are_told_as_they_are(value):
    assert sentence("home_town", {"home_town": value}, "en") == f"home town: {value}"


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
