"""Categories or products by tier: what the best customers buy more of than others."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from tiercast.formats import Formats
from tiercast.past.past import Spend
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Cell, Section, Table, Tone
from tiercast.reporting.tiers import tier_table
from tiercast.snapshots.orders import MISSING_CATEGORY

FEWEST = 0.01  # least share of all spend of a category that the headline names
TELLING = 1.1  # least lift of one
TONES: tuple[tuple[float, Tone, str], ...] = (
    (2.0, "much_higher", "▲▲"),
    (1.2, "higher", "▲"),
    (1 / 1.2, "", ""),
    (0.5, "lower", "▼"),
    (0.0, "much_lower", "▼▼"),
)


@dataclass(frozen=True)
class SpendByTier:
    """Spend of the last 365 days on the largest categories, returns not taken off.

    Attributes
    ----------
    kind
        What the rows are: category or product.
    share
        Share of a tier's spend, 0 to 1; rows are categories, the largest first, columns tiers
        from the best on. Tiers that spent nothing are left out.
    whole
        Share of all customers' spend, by category.
    others
        How many further categories there are.
    """

    kind: str
    share: pd.DataFrame
    whole: "pd.Series[float]"
    others: int

    @property
    def lift(self) -> pd.DataFrame:
        """The share of a tier's spend over that of all customers'."""
        return self.share.div(self.whole, axis=0)


def spend_by_tier(spend: Spend, tiers: tuple[str, ...]) -> SpendByTier:
    """Return the shares of each tier; `tiers` are named best first."""
    sums = spend.sums
    named = sums[sums["name"].notna()]
    wide = named.pivot(index="name", columns="tier", values="spent").fillna(0.0)
    all_spend = sums[sums["name"].isna()].set_index("tier")["spent"]
    shown = [tier for tier in tiers if all_spend.get(tier, 0.0) > 0]
    wide = wide.reindex(columns=shown, fill_value=0.0)
    whole = wide.sum(axis=1) / all_spend.sum()
    order = whole.sort_index().sort_values(ascending=False, kind="stable").index
    share = wide.div(all_spend[shown], axis=1).loc[order]
    return SpendByTier(spend.kind, share, whole[order], spend.names - len(order))


def categories_section(inputs: Inputs, say: MessageCatalogue) -> Section | None:
    """Return the chapter on what tiers buy; None without categories and products."""
    if inputs.past is None or inputs.past.spend is None:
        return None
    found = spend_by_tier(inputs.past.spend, inputs.tier_names)
    customers = tier_table(inputs)["customers"].to_dict()
    table = Table(
        say(f"categories.{found.kind}.table"),
        [
            say(f"categories.{found.kind}.name"),
            say("categories.all"),
            *(say.label("tier", str(tier)) for tier in found.share.columns),
        ],
        _rows(found, customers, say),
        say("categories.note") + _others(found, say),
    )
    title = say(f"categories.{found.kind}.title")
    return Section("categories", title, _headline(found, customers, say), [table])


def _headline(found: SpendByTier, customers: Mapping[Any, float], say: MessageCatalogue) -> str:
    """Return on what the best tier spends most more of its money than all customers do."""
    best = found.share.columns[0]
    more = (found.share[best] - found.whole)[found.whole >= FEWEST]
    name = str(more.idxmax()) if len(more) else ""
    tier, write = say.label("tier", str(best)), say.write.about(customers[best])
    if not len(more) or found.lift[best][name] < TELLING:
        return say(f"categories.{found.kind}.alike", tier=tier)
    return say(
        "categories.headline",
        tier=tier,
        name=_name(name, say),
        share=_share(found.share[best][name], write),
        whole=_share(found.whole[name], say.write.about(sum(customers.values()))),
        lift=write.decimal(found.lift[best][name]),
    )


def _rows(
    found: SpendByTier, customers: Mapping[Any, float], say: MessageCatalogue
) -> list[list[Cell]]:
    return [
        [
            Cell(_name(name, say)),
            Cell(_share(found.whole[name], say.write), customers=sum(customers.values())),
            *(
                replace(
                    _cell(found.share[tier][name], found.lift[tier][name], say),
                    customers=customers[tier],
                )
                for tier in found.share.columns
            ),
        ]
        for name in map(str, found.share.index)
    ]


def _cell(share: float, lift: float, say: MessageCatalogue) -> Cell:
    tone, mark = next((tone, mark) for limit, tone, mark in TONES if lift >= limit)
    return Cell(f"{_share(share, say.write)} (×{say.write.two(lift)})", tone, mark)


def _share(share: float, write: Formats) -> str:
    """Return a share; a small one with a decimal, as it is compared with others by division.

    Examples
    --------
    >>> [_share(share, Formats()) for share in (0.46, 0.025, 0.004)]
    ['46%', '2.5%', '0.4%']
    """
    return write.tenths(share) if 0.01 <= share < 0.1 else write.share(share)


def _name(name: str, say: MessageCatalogue) -> str:
    return say("categories.missing") if name == MISSING_CATEGORY else name


def _others(found: SpendByTier, say: MessageCatalogue) -> str:
    return say("categories.others", count=say.write.count(found.others)) if found.others else ""
