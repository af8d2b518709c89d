"""Features of a customer's baskets: size, discounts, returns, breadth of categories."""

import ibis
import ibis.expr.types as ir

from tiercast.contract.money import CENT, exact_sum, is_small, money_sum
from tiercast.features.feature import Feature, Setting, row_of, within
from tiercast.features.rfm import ratio

LEAST_SPENT = 1e-10  # stands for 0 in a logarithm


def _entropy(table: ir.Table, _: Setting) -> ir.Value:
    """Return -sum p ln p over the customer's categories, p the share of money."""
    total = money_sum(table.spent)
    logs = ibis.greatest(table.spent, LEAST_SPENT).ln()
    weighted = money_sum(table.spent * logs, finer=is_small(table.spent, CENT))
    positive = ibis.ifelse(total > 0, total, ibis.null("float64"))
    return (positive.ln() - ratio(weighted, total)).clip(lower=0.0)


_orders_or_null = row_of("basket", "orders", empty=None)
_categories = row_of("basket", "categories")
_categories_or_null = row_of("basket", "categories", empty=None)
BASKET: tuple[Feature, ...] = (
    _orders_or_null(
        "average_basket_lines",
        "lines",
        "order lines per order",
        lambda table, _: ratio(table["lines"].sum(), table.count(where=table.is_order)),
    ),
    _orders_or_null(
        "average_basket_quantity",
        "pieces",
        "pieces per order",
        lambda table, _: ratio(exact_sum(table.quantity), table.count(where=table.is_order)),
    ),
    _orders_or_null(
        "discount_share",
        "share",
        "share of the full price that discounts and coupons took off",
        lambda table, _: ratio(
            money_sum(table.discount),
            money_sum(table.discount) + money_sum(table.net_amount + table.returned),
        ),
    ),
    _orders_or_null(
        "discount_share_90d",
        "share",
        "that share in the last 90 days",
        lambda table, _: ratio(
            money_sum(table.discount, where=within(table, 90)),
            money_sum(table.discount + table.net_amount + table.returned, where=within(table, 90)),
        ),
    ),
    _orders_or_null(
        "return_share",
        "share",
        "share of the money that was refunded",
        lambda table, _: ratio(
            money_sum(table.returned), money_sum(table.net_amount + table.returned)
        ),
    ),
    _orders_or_null(
        "kept_share",
        "share",
        "share of the money of orders that returns left; wholly returned orders do not count",
        lambda table, _: ratio(
            money_sum(table.net_amount),
            money_sum(table.net_amount, where=table.in_order & (table.net_amount > 0)),
        ),
    ),
    _categories(
        "category_count",
        "categories",
        "different categories bought",
        lambda table, _: table.count(),
    ),
    _categories(
        "category_count_90d",
        "categories",
        "different categories bought in the last 90 days",
        lambda table, _: table.count(where=within(table, 90)),
    ),
    _categories_or_null(
        "category_top_share",
        "share",
        "share of the money spent on the largest category",
        lambda table, _: ratio(table.spent.max(), money_sum(table.spent)),
    ),
    _categories_or_null(
        "category_entropy",
        "nats",
        "how evenly the money is spread over categories (entropy)",
        _entropy,
    ),
)
