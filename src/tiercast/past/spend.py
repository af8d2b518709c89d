"""What tiers spent their money on in the last 365 days: categories or products."""

import ibis
import ibis.expr.types as ir

from tiercast.contract.money import money_sum
from tiercast.past.known import Known, columns_of
from tiercast.snapshots.history import history

MOST = 12
WINDOW_DAYS = 365


def spend(known: Known) -> dict[str, object] | None:
    """Return the spend of each tier on the largest categories or products, returns left in.

    `kind` is "category" or "product", `names` how many there are. `sums` has the columns tier,
    name (null: all that the tier spent) and spent (money), the largest `MOST` names. None where
    the lines have neither, or only one.
    """
    for kind, bought in known.spend.items():
        sums = known.connection.create_table("past_spend", _by_tier(known, bought, kind))
        names = int(sums.name.nunique().execute())
        if names > 1:
            return {"kind": kind, "names": names, "sums": columns_of(_largest(sums))}
    return None


def _by_tier(known: Known, bought: ir.Table, kind: str) -> ir.Table:
    before = history(bought, "bought_at", [known.as_of])
    recent = before.filter(before.days_ago <= WINDOW_DAYS)
    tiers = known.scores.select("customer_id", "tier")
    rows = recent.inner_join(tiers, "customer_id")
    return rows.group_by("tier", name=rows[kind]).agg(spent=money_sum(rows.spent))


def _largest(sums: ir.Table) -> ir.Table:
    each = sums.group_by("name").agg(spent=money_sum(sums.spent))
    shown = sums.semi_join(each.order_by(each.spent.desc(), "name").limit(MOST), "name")
    whole = sums.group_by("tier").agg(spent=money_sum(sums.spent))
    whole = whole.mutate(name=ibis.null("string")).select(shown.columns)
    return ibis.union(shown, whole).order_by("tier", "name")
