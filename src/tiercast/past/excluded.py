"""Quarantined order lines and those used, with their money."""

import ibis

from tiercast.contract.money import money_sum
from tiercast.past.known import Known, columns_of


def excluded(known: Known) -> dict[str, list[object]]:
    """Return a row per rule for which lines before the day were quarantined, and of those used.

    Columns: rule (null: used), rows, money (sum of amounts without their sign), net (with it).
    """
    lines = known.aside
    early = lines.filter((lines.day < ibis.date(known.as_of.isoformat())).fill_null(True))
    names = ("rows", "money", "net")
    by_rule = early.group_by("rule").agg(**{name: early[name].sum() for name in names})
    found = columns_of(by_rule.order_by("rule"))
    for name, value in {"rule": None, **_used(known)}.items():
        found[name].append(value)
    return found


def _used(known: Known) -> dict[str, object]:
    orders = known.before
    net, returned = money_sum(orders.net_amount), money_sum(orders.returned)
    sums = orders.aggregate(rows=orders.lines.sum(), money=net + 2 * returned, net=net)
    (found,) = sums.to_pyarrow().to_pylist()
    used: dict[str, object] = found
    return used
