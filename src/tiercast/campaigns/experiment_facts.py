"""What contacts record of past experiments, measured once for `tiercast check`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import ibis
import ibis.expr.types as ir
import pandas as pd
from tea_tasting.aggr import Aggregates

from tiercast.campaigns.arms import CONTROL_NAMES
from tiercast.campaigns.effects import ratio_mismatch
from tiercast.sources.canonical import CustomerBase

FEWEST = 2  # customers in an arm: fewer have no variance


@dataclass(frozen=True)
class ExperimentFacts:
    """The experiments that contacts record.

    `comparable` campaigns have two arms or more, a customer in one arm each, and two customers or
    more in each. `without_arm` is the share of contacts without an arm, `in_several` the customers
    in several arms of a campaign, `without_control` the comparable campaigns none of whose arms is
    called control. `smallest_arm` (customers) and `equal_shares_p` (of the sample ratio, if all
    arms were planned equal) are the lowest of all comparable campaigns; None without one.
    `outcomes` that record what followed differ between customers, `known_before` are columns of
    the profile, `rows_aside` is the share of contacts that break a rule.
    """

    campaigns: int
    comparable: int
    without_arm: float
    in_several: int
    without_control: int
    smallest_arm: int | None
    equal_shares_p: float | None
    outcomes: int
    known_before: int
    rows_aside: float

    @classmethod
    def of(cls, base: CustomerBase) -> Self:
        """Measure the contacts of a base."""
        contacts, summary = base.tables["contacts"], base.report.table("contacts")
        people = base.tables.get("customers")
        sizes, campaigns = _sizes(contacts)
        comparable = campaigns[campaigns["is_comparable"]]
        arms = [sizes.loc[name] for name in comparable.index]
        return cls(
            campaigns=len(campaigns),
            comparable=len(comparable),
            without_arm=float(campaigns["unnamed"].sum() / max(1, campaigns["contacts"].sum())),
            in_several=int(campaigns["in_several"].sum()),
            without_control=sum(not _control(list(one.index)) for one in arms),
            smallest_arm=min((int(one.min()) for one in arms), default=None),
            equal_shares_p=min(map(_equal_shares_p, arms), default=None),
            outcomes=_varied(contacts, base.config.sources["contacts"].outcomes),
            known_before=0 if people is None else len(people.columns) - 1,
            rows_aside=summary.rows_quarantined / max(1, summary.rows_read),
        )


def _sizes(contacts: ir.Table) -> tuple["pd.Series[int]", pd.DataFrame]:
    """Return the customers by campaign and arm, and what is clear of each campaign."""
    arm = contacts.arm if "arm" in contacts.columns else ibis.null("string")
    rows = contacts.select("customer_id", campaign=contacts.campaign_id.cast("string"), arm=arm)
    each = rows.group_by("campaign", "customer_id").agg(
        first=rows.arm.min(),
        arms=rows.arm.nunique(),
        unnamed=rows.arm.isnull().sum(),
        contacts=rows.count(),
    )
    found = each.group_by("campaign").agg(
        contacts=each.contacts.sum(), unnamed=each.unnamed.sum(), in_several=(each.arms > 1).sum()
    )
    campaigns = found.to_pandas().set_index("campaign").sort_index()
    counted = each.filter(each["first"].notnull()).group_by("campaign", arm=each["first"])
    sizes = counted.agg(n=ibis._.count()).to_pandas().set_index(["campaign", "arm"])["n"]
    by_campaign = sizes.groupby("campaign").agg(["size", "min"]).reindex(campaigns.index)
    campaigns["is_comparable"] = (
        (campaigns["unnamed"] == 0)
        & (campaigns["in_several"] == 0)
        & (by_campaign["size"] >= FEWEST)
        & (by_campaign["min"] >= FEWEST)
    )
    return sizes.sort_index(), campaigns


def _varied(contacts: ir.Table, outcomes: Sequence[str]) -> int:
    """Return how many outcomes are not the same for everybody."""
    values = {name: contacts[name].nunique() > 1 for name in outcomes}
    values |= {n: contacts[n].count() > 0 for n in ("responded_at",) if n in contacts.columns}
    (found,) = contacts.agg(**values).to_pyarrow().to_pylist()
    return sum(found.values())


def _control(arms: list[str]) -> str | None:
    return next((one for one in arms if CONTROL_NAMES.fullmatch(one)), None)


def _equal_shares_p(sizes: "pd.Series[int]") -> float:
    """Return how likely arms of equal shares get such sizes; `sizes` are customers by arm."""
    arms = {str(name): Aggregates(count_=int(n)) for name, n in sizes.items()}
    control = _control(list(arms)) or next(iter(arms))
    return ratio_mismatch(arms, control, dict.fromkeys(arms, 1.0))
