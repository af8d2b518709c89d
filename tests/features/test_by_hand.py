"""Every feature of four customers (ann, bob, cid, eve), worked out by hand."""

from math import exp, log, nan, sqrt

import pandas as pd
import pytest

from tiercast.features.contacts import event_type_features
from tiercast.features.feature import Setting
from tiercast.features.registry import CATALOGUE
from tiercast.features.signals import BREAKDOWN

# Days from each order to 1 July 2024, 00:00.
O1, O2, O3, O4, BACK = 377 - 10 / 24, 357 - 18.5 / 24, 57 - 8 / 24, 10.0, 6.0
O5 = 1 / 24
O6, R1 = 181.5, 122.0
O8, O9 = 90 - 9 / 24, 90 - 13 / 24
NONE = (nan, nan, nan, nan)


def fading(days):
    """Return orders and money of each customer, fading by e every so many days."""

    def left(age):
        return exp(-age / days)

    orders = (
        left(O1) + left(O2) + left(O3) + left(O4),
        left(O5),
        left(O6),
        left(O8) + left(O9),
    )
    money = (
        40 * left(O1) + 20 * left(O2) + 10 * left(O3) + 50 * left(O4) - 10 * left(BACK),
        25 * left(O5),
        80 * left(O6) - 80 * left(R1),
        5 * left(O8) + 7 * left(O9),
    )
    return orders, money


def entropy(*shares):
    return -sum(share * log(share) for share in shares)


GAP_MEAN = (20 + 300 + 47) / 3
GAP_STD = sqrt(((20 - GAP_MEAN) ** 2 + (300 - GAP_MEAN) ** 2 + (47 - GAP_MEAN) ** 2) / 2)
LOGS = [log(40), log(20), log(10), log(50)]
LOG_STD = sqrt(sum((one - sum(LOGS) / 4) ** 2 for one in LOGS) / 3)

RFM = {
    "recency_days": (O4, O5, O6, O9),
    "tenure_days": (O1, O5, O6, O8),
    "orders": (4, 1, 1, 2),
    "revenue": (110, 25, 0, 12),
    "max_order_value": (50, 25, 80, 7),
    "last_order_value": (50, 25, 80, 12),  # of the last order day
    "orders_30d": (1, 1, 0, 0),
    "revenue_30d": (40, 25, 0, 0),
    "orders_60d": (2, 1, 0, 0),
    "revenue_60d": (50, 25, 0, 0),
    "orders_90d": (2, 1, 0, 2),
    "revenue_90d": (50, 25, 0, 12),
    "orders_180d": (2, 1, 0, 2),  # cid's order is 181.5 days old, the return 122
    "revenue_180d": (50, 25, -80, 12),
    "orders_365d": (3, 1, 1, 2),
    "revenue_365d": (70, 25, 0, 12),
    **{f"orders_decayed_{days}d": fading(days)[0] for days in (30, 90, 270)},
    **{f"revenue_decayed_{days}d": fading(days)[1] for days in (30, 90, 270)},
    # [3 July 2023, 2 August 2023): ann's second order.
    "orders_same_window_last_year": (1, nan, nan, nan),
    "revenue_same_window_last_year": (20, nan, nan, nan),
    "average_order_value": (27.5, 25, 0, 6),
    "last_to_average_value": (50 / 27.5, 1, nan, 2),
    "orders_30d_rate_ratio": (1 * O1 / (4 * 30), O5 / 30, 0, 0),
    "revenue_30d_rate_ratio": (40 * O1 / (110 * 30), O5 / 30, nan, 0),
    "orders_90d_rate_ratio": (2 * O1 / (4 * 90), O5 / 90, 0, O8 / 90),
    "revenue_90d_rate_ratio": (50 * O1 / (110 * 90), O5 / 90, nan, O8 / 90),
    "orders_180d_rate_ratio": (2 * O1 / (4 * 180), O5 / 180, 0, O8 / 180),
    "revenue_180d_rate_ratio": (50 * O1 / (110 * 180), O5 / 180, nan, O8 / 180),
}
RHYTHM = {
    "active_days": (4, 1, 1, 1),
    "active_weeks": (4, 1, 1, 1),
    "active_months": (4, 1, 1, 1),
    "active_days_90d": (2, 1, 0, 1),
    "gap_mean_days": (GAP_MEAN, nan, nan, nan),
    "gap_std_days": (GAP_STD, nan, nan, nan),
    "gap_max_days": (300, nan, nan, nan),
    "gap_last_days": (47, nan, nan, nan),
    "gap_recent_days": (GAP_MEAN, nan, nan, nan),
    "order_value_log_std": (LOG_STD, nan, nan, nan),
    "overdue_ratio": (10 / GAP_MEAN, nan, nan, nan),
    "overdue_recent_ratio": (10 / GAP_MEAN, nan, nan, nan),
    "overdue_longest_ratio": (10 / 300, nan, nan, nan),
    "gap_variation": (GAP_STD / GAP_MEAN, nan, nan, nan),
    "gap_last_ratio": (47 / GAP_MEAN, nan, nan, nan),
    "recency_share_of_tenure": (O4 / O1, 1, 1, O9 / O8),
    "active_days_a_week": (4 * 7 / 377, 7, 7 / 182, 7 / 90),
    "weekend_share": (1 / 4, 1, 0, 0),  # Tuesday, Monday, Sunday, Friday; Sunday; Monday; Tuesday
    "morning_share": (2 / 4, 0, 0, 1 / 2),
    "afternoon_share": (0, 0, 1, 1 / 2),
    "evening_share": (1 / 4, 1, 0, 0),
}
BASKET = {
    "average_basket_lines": (6 / 4, 1, 3, 1),
    "average_basket_quantity": ((2 + 1 + 1 + 0 + 5 - 1) / 4, 2, 0, 1),
    "discount_share": (6 / (6 + 120), 0, 0, 0),
    "discount_share_90d": (2 / (2 + 60), 0, nan, 0),
    "return_share": (10 / 120, 0, 1, 0),
    "kept_share": (110 / 120, 1, 0, 1),
    "category_count": (2, 1, 1, 2),
    "category_count_90d": (2, 1, 0, 2),
    "category_top_share": (100 / 120, 1, 1, 7 / 12),
    "category_entropy": (entropy(100 / 120, 20 / 120), 0, 0, entropy(5 / 12, 7 / 12)),
}
CAMPAIGNS = {
    "contacts": (2, 0, 0, 1),
    "contacts_90d": (1, 0, 0, 1),
    "contact_recency_days": (30, nan, nan, 0.5),
    "responses": (1, 0, 0, 0),
    "response_recency_days": (168, nan, nan, nan),
    "response_rate": (0.5, nan, nan, 0),
}
EVENTS = {
    "events_30d": (0, 3, 0, 0),
    "events_90d": (0, 3, 0, 0),
    "event_recency_days": (nan, 22 / 24, nan, 182),
    "event_active_days_90d": (0, 2, 0, 0),
    "event_active_days_a_week": (0, 14 / 90, 0, 0),
    "event_types_used": (0, 2, 0, 1),
    "event_features_used": (0, 2, 0, 0),
    "event_type_1_90d": (0, 2, 0, 0),
    "event_type_1_recency_days": (nan, 22 / 24, nan, nan),
    "event_type_2_90d": (0, 1, 0, 0),
    "event_type_2_recency_days": (nan, 2, nan, 182),
}
CONTRACTS = {
    "contracts_running": (1, 0, 0, 1),
    "contracts_so_far": (2, 0, 0, 1),
    "contract_age_days": (168, nan, nan, 11),
    "contract_current_days": (80, nan, nan, 11),
    "contract_price": (25, 0, 0, 7),
    "contract_price_90d_ago": (10, 0, 0, 0),  # ann's first contract ended 82 days ago
    "contract_price_change": (1.5, nan, nan, nan),
    "contract_renewals": (2, 0, 0, 0),  # in February and March
    "contract_term_months": (12, nan, nan, 1),
    "contract_renewal_months": (285 / (365.25 / 12), nan, nan, 19 / (365.25 / 12)),
    "contract_next_payment_days": (11, nan, nan, 19),
    "contract_due": (25, 0, 0, 7),
    "contract_known_end_days": (nan, nan, nan, 31),  # cancelled before the cutoff
    "contract_use_change": NONE,
}
BTYD = {
    "btyd_frequency": (3, 0, 0, 0),
    "btyd_recency_days": (367, 0, 0, 0),
    "btyd_age_days": (377, 1, 182, 90),
    "btyd_monetary_value": ((20 + 10 + 50) / 3, 0, 0, 0),
}
SIGNALS = {
    "largest_order_ratio": (40 * 3 / 70, nan, nan, 7 / 5),
    "big_order_last_year": (20, nan, nan, nan),  # from 3 July to 2 August 2023
    "big_order_last_year_days": (356 + 5.5 / 24, nan, nan, nan),
    "big_order_due_days": (nan, nan, nan, nan),
    "category_shift": (nan, nan, nan, nan),  # too few days: see test_signals.py
    "event_after_order_days": (nan, O5 - 22 / 24, nan, O9 - 182),
    "referrals": (2, 1, 1, 0),
    "referral_recency_days": (1, 182, 91, nan),
    "referral_value": (25, 0, 12, 0),
    "referral_value_ratio": (25 / 110, 0, nan, 0),
}
# Sums are of whole 1/10,000 of money, so that they are the same to the bit in any order of rows.
CLOSE = {f"revenue_decayed_{days}d": 2e-4 for days in (30, 90, 270)} | {"category_entropy": 1e-5}
BY_HAND = RFM | RHYTHM | BASKET | CAMPAIGNS | EVENTS | CONTRACTS | BTYD | SIGNALS
FEATURES = (*CATALOGUE, *event_type_features(Setting(30, ("visit", "call"))))
# Of other bases: where value is a contribution, they are worked out in test_contribution.py.
ELSEWHERE = {feature.name for feature in BREAKDOWN}


@pytest.mark.parametrize(
    "name",
    # Those of the clock are told by the whole shop: they are worked out in test_season.py.
    [
        f.name
        for f in FEATURES
        if f.grain != "models" and f.family != "season" and f.name not in ELSEWHERE
    ],
)
def test_a_feature_equals_the_one_counted_by_hand(by_hand, name):
    expected = BY_HAND[name]  # a new feature needs a row
    close = CLOSE.get(name, 1e-8)
    assert by_hand[name].tolist() == pytest.approx(list(expected), nan_ok=True, abs=close)


def test_only_customers_with_an_order_before_the_cutoff_have_a_row(by_hand):
    assert by_hand.index.tolist() == ["ann", "bob", "cid", "eve"]


def test_profile_columns_come_as_they_are_and_empty_where_unknown(by_hand):
    assert by_hand.loc["ann", ["region", "age"]].tolist() == ["north", 44]
    assert by_hand.loc[["bob", "cid", "eve"], ["region", "age"]].isna().all(axis=None)


def test_gaps_of_one_time_buyers_are_empty_not_zero(by_hand):
    gaps = [name for name in by_hand.columns if name.startswith(("gap_", "overdue_"))]
    assert len(gaps) == 10
    assert by_hand.loc[["bob", "cid", "eve"], gaps].isna().all(axis=None)


def test_keys_are_the_customer_and_the_cutoff(by_hand):
    assert by_hand["as_of"].unique().tolist() == [pd.Timestamp("2024-07-01")]
