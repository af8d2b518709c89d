"""Depth of use beside value: who uses the product deeply, and what they are worth."""

import pandas as pd

from tiercast.artifacts.targets import PREFERENCES
from tiercast.features.usage import USAGE_TIERS, USAGE_TRENDS
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Cell, Part, Section, Table, Tone, common
from tiercast.reporting.share_bars import with_shares

FEWEST = 30  # customers: shares of fewer are chance
NONE = "none"  # customers without an event, or without a preference
ORDERS = {"usage_tier": USAGE_TIERS, "usage_trend": USAGE_TRENDS}
TONES: tuple[tuple[float, Tone, str], ...] = (
    (1.2, "higher", "▲"),
    (1 / 1.2, "", ""),
    (0.0, "lower", "▼"),
)


def usage_by_tier(inputs: Inputs) -> pd.DataFrame:
    """Return customers by depth of use (rows, deep first) and value tier (columns, best first)."""
    base = inputs.base
    counts = base.group_by(use=base.usage_tier.fill_null(NONE), tier=base.tier).agg(n=base.count())
    table = counts.to_pandas().pivot(index="use", columns="tier", values="n").fillna(0)
    rows = [name for name in (*USAGE_TIERS, NONE) if name in table.index]
    return table.reindex(index=rows, columns=list(inputs.tier_names), fill_value=0).fillna(0)


def usage_section(inputs: Inputs, say: MessageCatalogue) -> Section | None:
    """Return the chapter on depth of use; None where the config asks for no tiers of use."""
    if "usage_tier" not in inputs.base.columns:
        return None
    counts = usage_by_tier(inputs)
    return Section(
        "usage", say("usage.title"), _headline(counts, say), _parts(inputs, counts, say)
    )


def _headline(counts: pd.DataFrame, say: MessageCatalogue) -> str:
    everyone, best = float(counts.to_numpy().sum()), str(counts.columns[0])
    deep = counts.reindex([USAGE_TIERS[0]], fill_value=0).iloc[0]
    others = counts.drop(index=USAGE_TIERS[0], errors="ignore").sum()
    if min(deep.sum(), others.sum()) < FEWEST:
        share = say.write.about(deep.sum()).share(deep.sum() / max(1.0, everyone))
        return say("usage.headline_plain", share=share)
    return say(
        "usage.headline",
        share=say.write.share(deep.sum() / everyone),
        tier=say.label("tier", best),
        deep=say.write.about(deep[best]).share(deep[best] / deep.sum()),
        others=say.write.about(others[best]).share(others[best] / others.sum()),
    )


def _parts(inputs: Inputs, counts: pd.DataFrame, say: MessageCatalogue) -> list[Part]:
    parts: list[Part] = [_cross_table(counts, say), _numbers(inputs, "usage_tier", say)]
    if "usage_trend" in inputs.base.columns:  # scores of earlier versions have none
        parts.append(_numbers(inputs, "usage_trend", say))
    if inputs.base.preference.notnull().any().execute():
        parts.append(_numbers(inputs, "preference", say, note=_discovered(inputs, say)))
    return parts


def _discovered(inputs: Inputs, say: MessageCatalogue) -> str:
    """Return what the discovered groups hold; "" where the config names the groups."""
    groups = inputs.manifest.get(PREFERENCES, {})
    if not groups:
        return ""
    between = say("between")
    lines = [
        say("usage.group", name=say.label("preference", name), features=between.join(features))
        for name, features in groups.items()
    ]
    return say(
        "usage.discovered", groups=" ".join(lines) if say.language == "en" else "".join(lines)
    )


def _cross_table(counts: pd.DataFrame, say: MessageCatalogue) -> Table:
    """Return customers by use and tier; a tone says that a tier is more or less frequent there."""
    whole = counts.sum() / counts.to_numpy().sum()
    rows = [
        [
            Cell(_named("usage_tier", str(use), say)),
            *(_cell(row[tier], row.sum(), whole[tier], say) for tier in counts.columns),
        ]
        for use, row in counts.iterrows()
    ]
    heads = [say("usage.depth"), *(say.label("tier", str(tier)) for tier in counts.columns)]
    return Table(say("usage.cross"), heads, rows, note=say("usage.note"))


def _cell(customers: float, in_row: float, usual: float, say: MessageCatalogue) -> Cell:
    share = customers / in_row if in_row else 0.0
    text = say("usage.cell", customers=say.write.count(customers), share=say.write.share(share))
    if not usual or in_row < FEWEST:
        return Cell(text, customers=customers, is_count=True)
    _, tone, mark = next(one for one in TONES if share / usual >= one[0])
    return Cell(text, tone, mark, customers=customers, is_count=True)


def _numbers(inputs: Inputs, column: str, say: MessageCatalogue, note: str = "") -> Table:
    """Return customers, expected value and churn risk by a column of use."""
    base = inputs.base
    found = base.group_by(name=base[column].fill_null(NONE)).agg(
        customers=base.count(),
        expected_value=base.expected_value.sum(),
        churn=base.churn_probability.mean(),
    )
    order = ORDERS.get(column)
    table = with_shares(found.to_pandas().set_index("name"), ["customers", "expected_value"])
    if order:
        table = table.reindex([name for name in (*order, NONE) if name in table.index])
    else:
        table = table.sort_values(["customers"], ascending=False, kind="stable")
    names = [_named(column, str(name), say) for name in table.index]
    measures = common(say, "customers", "customers_share", "expected_value_share", "churn")
    first = say(f"usage.of.{column}"), names
    return Table.of(say(f"usage.by.{column}"), table, first, measures, note=note)


def _named(column: str, name: str, say: MessageCatalogue) -> str:
    return say(f"usage.none.{column}") if name == NONE else say.label(column, name)
