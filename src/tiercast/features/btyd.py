"""Features for and from BTYD models.

The four sufficient statistics are counted like every feature. The `clv_*` columns are predictions
of models fitted on them (`tiercast.features.clv`).
"""

import ibis
import ibis.expr.types as ir

from tiercast.contract.money import money_sum
from tiercast.features.feature import Feature, Setting, row_of
from tiercast.features.rfm import ratio

# What BTYD models read besides `SUFFICIENT`: the share of value that returns leave, and the clock.
KEPT = "kept_share"
CLOCK = ("season_recency_days", "season_age_days", "season_horizon_ratio")


def _repeat_value(table: ir.Table, _: Setting) -> ir.Value:
    repeat = table.gap_days.notnull()
    spent = money_sum(ibis.greatest(table.spent, 0.0), where=repeat)
    return ratio(spent, table.count(where=repeat)).fill_null(0.0)


_order_days = row_of("clv", "order_days")
SUFFICIENT: tuple[Feature, ...] = (
    _order_days(
        "btyd_frequency", "days", "order days after the first", lambda table, _: table.count() - 1
    ),
    _order_days(
        "btyd_recency_days",
        "days",
        "days from the first to the last order day (BTYD's recency)",
        lambda table, _: table.days_ago.max() - table.days_ago.min(),
    ),
    _order_days(
        "btyd_age_days",
        "days",
        "days since the first order day (BTYD's T)",
        lambda table, _: table.days_ago.max(),
    ),
    _order_days(
        "btyd_monetary_value",
        "money",
        "mean value of the order days after the first; 0 without any",
        _repeat_value,
    ),
)


_models = row_of("clv", "models")
CLV: tuple[Feature, ...] = (
    _models(
        "clv_order_probability",
        "probability",
        "BG/NBD: chance of at least one order in the horizon (P(alive) would rank backwards)",
    ),
    _models(
        "clv_order_probability_mbg",
        "probability",
        "MBG/NBD: chance of at least one order in the horizon",
    ),
    _models("clv_expected_orders", "orders", "BG/NBD: expected order days in the horizon"),
    _models(
        "clv_expected_spend",
        "money",
        "Gamma-Gamma: expected value of an order day, less the base's usual later returns",
    ),
    _models("clv_expected_value", "money", "expected orders times expected spend"),
)
