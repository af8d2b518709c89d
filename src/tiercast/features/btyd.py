"""Features for and from BTYD models.

The four sufficient statistics are counted like every feature. The `clv_*` columns are predictions
of models fitted on them (`tiercast.features.clv`).
"""

import ibis
import ibis.expr.types as ir

from tiercast.contract.money import money_sum
from tiercast.features.feature import Feature, Setting
from tiercast.features.rfm import ratio


def _repeat_value(table: ir.Table, _: Setting) -> ir.Value:
    repeat = table.gap_days.notnull()
    spent = money_sum(ibis.greatest(table.spent, 0.0), where=repeat)
    return ratio(spent, table.count(where=repeat)).fill_null(0.0)


SUFFICIENT: tuple[Feature, ...] = (
    Feature(
        "btyd_frequency",
        "days",
        "clv",
        "order days after the first",
        "order_days",
        lambda table, _: table.count() - 1,
    ),
    Feature(
        "btyd_recency_days",
        "days",
        "clv",
        "days from the first to the last order day (BTYD's recency)",
        "order_days",
        lambda table, _: table.days_ago.max() - table.days_ago.min(),
    ),
    Feature(
        "btyd_age_days",
        "days",
        "clv",
        "days since the first order day (BTYD's T)",
        "order_days",
        lambda table, _: table.days_ago.max(),
    ),
    Feature(
        "btyd_monetary_value",
        "money",
        "clv",
        "mean value of the order days after the first; 0 without any",
        "order_days",
        _repeat_value,
    ),
)


CLV: tuple[Feature, ...] = (
    Feature(
        "clv_order_probability",
        "probability",
        "clv",
        "BG/NBD: chance of at least one order in the horizon (P(alive) would rank backwards)",
        "models",
    ),
    Feature(
        "clv_order_probability_mbg",
        "probability",
        "clv",
        "MBG/NBD: chance of at least one order in the horizon",
        "models",
    ),
    Feature(
        "clv_expected_orders",
        "orders",
        "clv",
        "BG/NBD: expected order days in the horizon",
        "models",
    ),
    Feature(
        "clv_expected_spend",
        "money",
        "clv",
        "Gamma-Gamma: expected value of an order day, less the base's usual later returns",
        "models",
    ),
    Feature(
        "clv_expected_value", "money", "clv", "expected orders times expected spend", "models"
    ),
)
