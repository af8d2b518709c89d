"""Quarantined order lines: those that no figure counts, with their money, by rule."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tiercast.past.past import Past
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Measure, Section, Table
from tiercast.sources.screened import UNCOUNTED


@dataclass(frozen=True)
class ExcludedRows:
    """Order lines quarantined before a day.

    Attributes
    ----------
    rules
        One row per rule, most money first: rule, rows, rows_share (of all lines), net (money;
        NaN where a row's amount is no money or stands in another row), net_share.
    rows, net
        Those quarantined, and their net amount as far as it can be read.
    rows_share, net_share, money_share
        Their shares of all lines, of all net amounts, and of amounts without their sign; NaN
        where there is nothing to take a share of.
    all_rows
        All lines, those quarantined included.
    """

    rules: pd.DataFrame
    rows: int
    net: float
    rows_share: float
    net_share: float
    money_share: float
    all_rows: int


def excluded_rows(past: Past) -> ExcludedRows:
    """Return the quarantined lines."""
    found = past.aside
    sums = {name: float(found[name].sum()) for name in ("rows", "net", "money")}
    rules = found[found["rule"].notna()].sort_values(["money", "rows", "rule"], ascending=False)
    aside = {name: float(rules[name].sum()) for name in sums}
    rules = rules.assign(
        net=rules["net"].where(~rules["rule"].isin(UNCOUNTED)),
        rows_share=rules["rows"] / max(sums["rows"], 1),
    )
    rules["net_share"] = rules["net"] / (sums["net"] if sums["net"] > 0 else np.nan)
    shares = {name: aside[name] / whole if whole > 0 else np.nan for name, whole in sums.items()}
    return ExcludedRows(
        rules.reset_index(drop=True),
        int(aside["rows"]),
        aside["net"],
        shares["rows"],
        shares["net"],
        shares["money"],
        int(sums["rows"]),
    )


def excluded_section(inputs: Inputs, say: MessageCatalogue) -> Section | None:
    """Return the chapter on quarantined lines; None for scores that do not tell them."""
    if inputs.past is None:
        return None
    title, found = say("excluded.title"), excluded_rows(inputs.past)
    if not found.rows:
        lines = say.write.count(found.all_rows)
        return Section("excluded", title, say("excluded.none", rows=lines), ())
    headline = say(
        "excluded.headline" if round(found.net) else "excluded.headline_without_money",
        rows=say.write.count(found.rows),
        share=say.write.tenths(found.rows_share),
        net=say.write.total(found.net),
        net_share=say.write.tenths(found.net_share),
    )
    columns = (
        Measure(say("excluded.columns.rows"), "rows", say.write.count),
        Measure(say("excluded.columns.rows_share"), "rows_share", say.write.tenths),
        Measure(say("excluded.columns.net"), "net", say.write.total),
        Measure(say("excluded.columns.net_share"), "net_share", say.write.tenths),
    )
    names = [say(f"excluded.rules.{rule}") for rule in found.rules["rule"]]
    first = (say("excluded.columns.rule"), names)
    note = say("excluded.note", money_share=say.write.tenths(found.money_share))
    table = Table.of(say("excluded.table"), found.rules, first, columns, note=note)
    return Section("excluded", title, headline, (table,))
