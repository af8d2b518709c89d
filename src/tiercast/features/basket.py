"""Features of a customer's baskets: size, discounts, returns, breadth of categories."""

import ibis
import ibis.expr.types as ir

from tiercast.contract.money import CENT, exact_sum, is_small, money_sum
from tiercast.features.feature import Feature, Setting, within
from tiercast.features.rfm import ratio

LEAST_SPENT = 1e-10  # stands for 0 in a logarithm


def _entropy(table: ir.Table, _: Setting) -> ir.Value:
    """Return -sum p ln p over the customer's categories, p the share of money."""
    total = money_sum(table.spent)
    logs = ibis.greatest(table.spent, LEAST_SPENT).ln()
    weighted = money_sum(table.spent * logs, finer=is_small(table.spent, CENT))
    positive = ibis.ifelse(total > 0, total, ibis.null("float64"))
    return (positive.ln() - ratio(weighted, total)).clip(lower=0.0)


BASKET: tuple[Feature, ...] = (
    Feature(
        "average_basket_lines",
        "lines",
        "basket",
        "order lines per order",
        "orders",
        lambda table, _: ratio(table["lines"].sum(), table.count(where=table.is_order)),
        empty=None,
    ),
    Feature(
        "average_basket_quantity",
        "pieces",
        "basket",
        "pieces per order",
        "orders",
        lambda table, _: ratio(exact_sum(table.quantity), table.count(where=table.is_order)),
        empty=None,
    ),
    Feature(
        "discount_share",
        "share",
        "basket",
        "share of the full price that discounts and coupons took off",
        "orders",
        lambda table, _: ratio(
            money_sum(table.discount),
            money_sum(table.discount) + money_sum(table.net_amount + table.returned),
        ),
        empty=None,
    ),
    Feature(
        "discount_share_90d",
        "share",
        "basket",
        "that share in the last 90 days",
        "orders",
        lambda table, _: ratio(
            money_sum(table.discount, where=within(table, 90)),
            money_sum(table.discount + table.net_amount + table.returned, where=within(table, 90)),
        ),
        empty=None,
    ),
    Feature(
        "return_share",
        "share",
        "basket",
        "share of the money that was refunded",
        "orders",
        lambda table, _: ratio(
            money_sum(table.returned), money_sum(table.net_amount + table.returned)
        ),
        empty=None,
    ),
    Feature(
        "kept_share",
        "share",
        "basket",
        "share of the money of orders that returns left; wholly returned orders do not count",
        "orders",
        lambda table, _: ratio(
            money_sum(table.net_amount),
            money_sum(table.net_amount, where=table.in_order & (table.net_amount > 0)),
        ),
        empty=None,
    ),
    Feature(
        "category_count",
        "categories",
        "basket",
        "different categories bought",
        "categories",
        lambda table, _: table.count(),
    ),
    Feature(
        "category_count_90d",
        "categories",
        "basket",
        "different categories bought in the last 90 days",
        "categories",
        lambda table, _: table.count(where=within(table, 90)),
    ),
    Feature(
        "category_top_share",
        "share",
        "basket",
        "share of the money spent on the largest category",
        "categories",
        lambda table, _: ratio(table.spent.max(), money_sum(table.spent)),
        empty=None,
    ),
    Feature(
        "category_entropy",
        "nats",
        "basket",
        "how evenly the money is spread over categories (entropy)",
        "categories",
        _entropy,
        empty=None,
    ),
)
