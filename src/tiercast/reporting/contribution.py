"""What a contribution is made of: margin, the cost of returns, and who was brought."""

from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from tiercast.contract.money import money_sum
from tiercast.features.signals import BREAKDOWN
from tiercast.formats import Form
from tiercast.modeling.target import Target
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Note, Section, Table, common, measures

PARTS = tuple(feature.name for feature in BREAKDOWN)
WHOLE = "revenue_365d"
CAN_BE_NEGATIVE = ("margin", "contribution")


def assumption(target: Target, say: MessageCatalogue) -> str:
    """Return how a contribution is counted, in words; "" where value is another one."""
    if target.value != "contribution":
        return ""
    returns = "with_returns" if target.return_cost else "without_returns"
    brought = "with_referrals" if target.referral_share else "without_referrals"
    return say(
        "contribution.assumption",
        returns=say(f"contribution.{returns}", cost=say.write.exact(target.return_cost)),
        referrals=say(f"contribution.{brought}", share=say.write.share(target.referral_share)),
    )


def assumption_notes(target: Target, say: MessageCatalogue) -> list[Note]:
    """Return how a value that can be negative is counted, as notes; none where it cannot."""
    text = assumption(target, say)
    losses = [] if target.value not in CAN_BE_NEGATIVE else [Note(say("contribution.losses"))]
    return [*([Note(text)] if text else []), *losses]


def parts_in_words(facts: Mapping[str, Any], say: MessageCatalogue) -> str:
    """Return the parts of one customer's contribution in a sentence; "" without them."""
    if any(facts.get(name) is None for name in PARTS):
        return ""
    money = {_short(name): say.write.exact(facts[name]) for name in PARTS}
    return say("contribution.parts", **money)


def contribution_section(inputs: Inputs, say: MessageCatalogue) -> Section | None:
    """Return the chapter on the parts of the contribution; None where value is another one."""
    if inputs.target.value != "contribution":
        return None
    frame = by_tier(inputs)
    whole = frame.sum()
    headline = say(
        "contribution.headline", **{_short(name): say.write.total(whole[name]) for name in PARTS}
    )
    money: dict[str, Form | None] = dict.fromkeys((*PARTS, WHOLE), "total")
    columns = [*common(say, "customers"), *measures(say, "contribution.columns", **money)]
    tiers = [say.label("tier", str(tier)) for tier in frame.index]
    names = (say("contribution.tier"), tiers)
    note = assumption(inputs.target, say)
    table = Table.of(say("contribution.table"), frame, names, columns, note=note)
    return Section("contribution", say("contribution.title"), headline, [table])


def by_tier(inputs: Inputs) -> pd.DataFrame:
    """Return customers and the parts of the last year's contribution by tier, best first."""
    base = inputs.base
    sums: dict[str, ir.Value] = {name: money_sum(base[name].fill_null(0.0)) for name in PARTS}
    sums |= {"customers": base.count(), WHOLE: money_sum(base[WHOLE].fill_null(0.0))}
    found = base.group_by("tier").agg(**sums).to_pandas().set_index("tier")
    return found.reindex([tier for tier in inputs.tier_names if tier in found.index])


def _short(name: str) -> str:
    return name.removeprefix("contribution_").removesuffix("_365d")
