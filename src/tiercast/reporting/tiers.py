"""Value tiers: how many, what they bring, how sure, and who moved."""

import numpy as np
import pandas as pd

from tiercast.arrays import IntArray
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.past_days import evaluated_sizes, past_sizes, sizes_sentence
from tiercast.reporting.section import Cell, Chart, Note, Part, Section, Table, common
from tiercast.reporting.share_bars import share_bars, with_shares
from tiercast.reporting.sums import texts


def tier_table(inputs: Inputs) -> pd.DataFrame:
    """Return one row per tier, best first: customers, expected_value, their shares and means.

    Tiers without customers are rows of zeros.
    """
    base = inputs.base
    found = base.group_by("tier").aggregate(
        customers=base.count(),
        expected_value=base.expected_value.sum(),
        expected_each=base.expected_value.mean(),
        churn=base.churn_probability.mean(),
        confidence=base.tier_confidence.mean(),
    )
    table = found.to_pandas().set_index("tier").reindex(list(inputs.tier_names))
    table = table.fillna({"customers": 0, "expected_value": 0.0})
    return with_shares(table, ["customers", "expected_value"])


def tiers_section(inputs: Inputs, say: MessageCatalogue) -> Section:
    """Return the chapter on tiers."""
    table = tier_table(inputs)
    best = table.iloc[0]
    headline = say(
        "tiers.headline",
        tier=say.label("tier", str(table.index[0])),
        share=say.write.share(best.customers_share),
        value_share=say.write.share(best.expected_value_share),
    )
    names = [str(name) for name in table.index]
    rows = table.assign(interval=texts(inputs.sums.tiers, names, say.write))
    parts: list[Part] = [
        _chart(table, headline, say),
        _numbers(rows, say),
        _sureness(inputs, table, say),
    ]
    moves = _moves(inputs)
    if inputs.has_moves and int(moves.to_numpy().sum()):
        parts.append(_moves_table(moves, say))
    return Section("tiers", say("tiers.title"), headline, parts)


def _chart(table: pd.DataFrame, headline: str, say: MessageCatalogue) -> Chart:
    labels = [say.label("tier", str(name)) for name in table.index]
    groups = [
        (say("common.customers_share"), table["customers_share"].tolist()),
        (say("common.expected_value_share"), table["expected_value_share"].tolist()),
    ]
    return Chart(
        id="chart-tiers",
        title=say("tiers.chart"),
        figure=share_bars(labels, groups, say.write),
        alt=say("tiers.alt", finding=headline),
        reading=say("tiers.reading"),
    )


def _numbers(table: pd.DataFrame, say: MessageCatalogue) -> Table:
    columns = common(
        say,
        "customers",
        "customers_share",
        "expected_value",
        "interval",
        "expected_value_share",
        "expected_each",
        "churn",
        "confidence",
    )
    names = [say.label("tier", str(name)) for name in table.index]
    return Table.of(say("tiers.numbers"), table, (say("common.tier"), names), columns)


def _sureness(inputs: Inputs, table: pd.DataFrame, say: MessageCatalogue) -> Note:
    best, last = table.iloc[0], table.iloc[-1]
    return Note(
        say(
            "tiers.sureness",
            sizes=sizes_sentence(past_sizes(inputs), say, evaluated_sizes(inputs)),
            last=_last(str(table.index[-1]), float(last.churn), say) if last.customers else "",
            tier=say.label("tier", str(table.index[0])),
            hits=say.write.count(round(100 * best.confidence) if best.customers else 0),
        )
    )


def _last(tier: str, churn: float, say: MessageCatalogue) -> str:
    return say("tiers.last", tier=say.label("tier", tier), churn=say.write.share(churn))


def _moves(inputs: Inputs) -> pd.DataFrame:
    """Return customers by previous tier (rows) and tier now (columns), both best first."""
    base = inputs.base.filter(inputs.base.previous_tier.notnull())
    counts = base.group_by("previous_tier", "tier").aggregate(customers=base.count()).to_pandas()
    names = list(inputs.tier_names)
    wide = counts.pivot(index="previous_tier", columns="tier", values="customers")
    return wide.reindex(index=names, columns=names).fillna(0).astype("int64")


def _moves_table(moves: pd.DataFrame, say: MessageCatalogue) -> Table:
    counts: IntArray = moves.to_numpy()
    up, down = (int(np.triu(one, 1).sum()) for one in (counts.T, counts))
    title = say("tiers.moves", up=say.write.count(up), down=say.write.count(down))
    return matrix_table(title, moves, say)


def matrix_table(title: str, moves: pd.DataFrame, say: MessageCatalogue) -> Table:
    """Return customers by tier then (rows) and tier now (columns), both best first.

    What stands on one side only (`new`, `gone`) is no tier: it is neither higher nor lower.
    """
    tiers = [name for name in moves.index if name in moves.columns]  # best first
    labels = {name: say.label("tier", str(name)) for name in tiers}
    labels |= {n: say(f"migration.{n}") for n in (*moves.index, *moves.columns) if n not in tiers}
    rows = [
        [
            Cell(say("tiers.was", tier=labels[before])),
            *(_move_cell(moves, before, now, say) for now in moves.columns),
        ]
        for before in moves.index
    ]
    heads = [say("tiers.is_now", tier=labels[now]) for now in moves.columns]
    return Table(title, [say("tiers.moves_corner"), *heads], rows, note=say("tiers.moves_note"))


def _move_cell(moves: pd.DataFrame, before: str, now: str, say: MessageCatalogue) -> Cell:
    text = say.write.count(float(moves[now][before]))
    if before == now:
        return Cell(text, "same")
    if before not in moves.columns or now not in moves.index:
        return Cell(text)
    is_up = list(moves.columns).index(now) < list(moves.index).index(before)
    return Cell(text, "higher", "▲") if is_up else Cell(text, "lower", "▼")
