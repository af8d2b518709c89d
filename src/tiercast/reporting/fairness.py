"""The chapter on fairness: how the model treats the groups of the protected columns."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from tiercast.fairness.audit import FEWEST, Z95
from tiercast.fairness.groups import OTHERS, UNKNOWN, Grouping
from tiercast.fairness.result import Fairness
from tiercast.reporting.actions import ID as ACTION
from tiercast.reporting.actions import plays_of
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Cell, Note, Part, Section, Table

AUDITED = ("level", "error", "best_tier")
PROXIES_SHOWN = 10


def fairness_section(inputs: Inputs, say: MessageCatalogue) -> Section | None:
    """Return the chapter; None where the model was not audited."""
    if inputs.fairness is None:
        return None
    found = Fairness.of_record(inputs.fairness)
    parts: list[Part] = [_groups(inputs, found, name, say) for name in found.groupings]
    parts += [*_hidden(found, say), *_ratios(found, say), *_proxies(found, say)]
    parts += [Note(say("fairness.limits"))]
    between = say("fairness.between")
    behind = [row["attribute"] for row in found.ratios.to_dict("records") if row["is_below"]]
    key = "fairness.headline_below" if behind else "fairness.headline"
    names, below = between.join(found.groupings), between.join(behind)
    headline = say(key, names=names, below=below)
    return Section("fairness", say("fairness.title"), headline, parts)


def _groups(inputs: Inputs, found: Fairness, name: str, say: MessageCatalogue) -> Table:
    """Return the figures of the groups of a column, and how many get an offer now."""
    known = found.figures
    part = known[known["attribute"] == name] if len(known) else known
    offers = offer_rates(inputs, name, found.groupings[name])
    rows = [_row(str(group), rows, offers, say) for group, rows in part.groupby("group")]
    heads = ["group", "customers", *AUDITED, "offer"]
    columns = [say(f"fairness.columns.{head}") for head in heads]
    title = say("fairness.table", column=name)
    return Table(title, columns, rows, note=say("fairness.note"))


def _row(
    group: str, rows: pd.DataFrame, offers: pd.DataFrame, say: MessageCatalogue
) -> Sequence[Cell]:
    figures = rows.set_index("measure")
    cells = [_interval(figures.loc[name], name, say) for name in AUDITED]
    has_offers = group in offers.index
    offer = _interval(offers.loc[group], "offer", say) if has_offers else Cell("–")
    name = say(f"fairness.{group}") if group in (UNKNOWN, OTHERS) else group
    customers = int(rows["customers"].iloc[0])
    counted = Cell(say.write.count(customers), customers=customers, is_count=True)
    figures_of = [replace(cell, customers=customers) for cell in (*cells, offer)]
    return [Cell(name), counted, *figures_of]


def _interval(row: Any, name: str, say: MessageCatalogue) -> Cell:
    form = {"level": say.write.signed_share, "error": "{:.3f}".format}.get(name, say.write.share)
    low, high = row["low"], row["high"]
    if name != "level":
        low, high = max(0.0, low), min(1.0, high)
    text = say("fairness.cell", value=form(row["value"]), low=form(low), high=form(high))
    return Cell(text)


def offer_rates(inputs: Inputs, name: str, grouping: Grouping) -> pd.DataFrame:
    """Return the share of each group whose play has an offer on the scored day, by group.

    Columns: value, low, high (95 %). No rows where the scores name no plays, or the features do
    not have the column; groups below `FEWEST` are left out.
    """
    base, plays = inputs.base, plays_of(inputs)
    offering = [key for key, play in plays.items() if play.offer is not None]
    if ACTION not in base.columns or name not in base.columns or not offering:
        return pd.DataFrame(columns=["value", "low", "high"])
    offered = base[ACTION].isin(offering).fill_null(False).cast("float64")
    grouped = base.group_by(group=group_of(base[name], grouping))
    rows = grouped.agg(n=base.count(), value=offered.mean())
    found = rows.to_pandas().set_index("group")
    found = found[found["n"] >= FEWEST]
    half = Z95 * (found["value"] * (1 - found["value"]) / (found["n"] - 1)) ** 0.5
    return found.assign(low=found["value"] - half, high=found["value"] + half)


def group_of(column: ir.Value, grouping: Grouping) -> ir.StringValue:
    """Return the group of each row, as `Grouping.apply` does."""
    if not grouping.edges:
        text = column.cast("string")
        known = ibis.ifelse(text.isin(grouping.words), text, OTHERS)
        return ibis.ifelse(column.isnull(), UNKNOWN, known)
    names = grouping.names
    value = column.cast("float64")
    inside = [(value < edge, name) for edge, name in zip(grouping.edges, names, strict=False)]
    return ibis.cases((value.isnull() | value.isnan(), UNKNOWN), *inside, else_=names[-1])


def _hidden(found: Fairness, say: MessageCatalogue) -> list[Part]:
    count = sum(found.hidden.values())
    if not count:
        return []
    words = {"count": say.write.count(count), "fewest": say.write.count(FEWEST)}
    return [Note(say("fairness.hidden", **words))]


def _ratios(found: Fairness, say: MessageCatalogue) -> list[Part]:
    """Return a sentence for each column whose best tier falls below four fifths, or does not."""
    return [
        Note(
            say(
                f"fairness.ratio.{_verdict(row)}",
                column=row["attribute"],
                lowest=str(row["lowest"]),
                highest=str(row["highest"]),
                ratio=f"{row['ratio']:.2f}",
            )
        )
        for row in found.ratios.to_dict("records")
    ]


def _verdict(row: Mapping[Hashable, Any]) -> str:
    if not row["is_below"]:
        return "above"
    return "below" if row["is_sure"] else "perhaps"


def _proxies(found: Fairness, say: MessageCatalogue) -> list[Part]:
    if found.proxies.empty:
        return [Note(say("fairness.no_proxies"))]
    listed = found.proxies.sort_values("auc", ascending=False, kind="stable").head(PROXIES_SHOWN)
    rows = [
        [Cell(str(r.feature)), Cell(str(r.attribute)), Cell(str(r.group)), Cell(f"{r.auc:.2f}")]
        for r in listed.itertuples()
    ]
    heads = [say(f"fairness.columns.{head}") for head in ("feature", "column", "group", "auc")]
    return [Table(say("fairness.proxies"), heads, rows, note=say("fairness.proxies_note"))]
