"""Groups of customers side by side, such as regions, and a chapter on each."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from tiercast.contract.groups import GROUP, UNKNOWN
from tiercast.formats import MISSING
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Cell, Chart, Measure, Note, Part, Section, Table, common
from tiercast.reporting.share_bars import share_bars, with_shares
from tiercast.reporting.sums import SumInterval, interval_of, texts
from tiercast.reporting.tiers import NUMBERS, tier_table

MOST_CHAPTERS = 12


def group_table(inputs: Inputs) -> pd.DataFrame:
    """Return one row per group, most expected value first: customers, money, shares, churn."""
    base = inputs.base
    found = base.group_by(name=base[GROUP]).agg(
        customers=base.count(),
        expected_value=base.expected_value.sum(),
        expected_each=base.expected_value.mean(),
        churn=base.churn_probability.mean(),
    )
    table = found.to_pandas().sort_values(["expected_value", "name"], ascending=[False, True])
    return with_shares(table.set_index("name"), ["customers", "expected_value"])


def groups_section(inputs: Inputs, say: MessageCatalogue) -> Section | None:
    """Return the chapter on all groups; None where the scores have none."""
    if not inputs.groups:
        return None
    table = group_table(inputs)
    best = table.iloc[0]
    write = say.write.about(best.customers)
    headline = say(
        "groups.headline",
        group=group_label(str(table.index[0]), say),
        share=write.share(best.expected_value_share),
        customers=write.share(best.customers_share),
    )
    parts: list[Part] = [_chart(table, headline, say), _numbers(inputs, table, say)]
    unknown = say("groups.note_unknown", by=inputs.by) if UNKNOWN in table.index else ""
    parts.append(Note(say("groups.note", unknown=unknown)))
    return Section("groups", say("groups.title", by=inputs.by), headline, parts)


def group_chapters(inputs: Inputs, say: MessageCatalogue) -> list[Section]:
    """Return a chapter on each group that may be shown, at most 12, those that bring most."""
    if not inputs.groups:
        return []
    table = group_table(inputs)
    large = table[table["customers"] >= inputs.config.report.small_cells]
    names = [str(name) for name in large.index[:MOST_CHAPTERS]]
    return [_chapter(inputs, name, number, table, say) for number, name in enumerate(names, 1)]


def group_label(name: str, say: MessageCatalogue) -> str:
    """Return a group in words: its own, but for customers without one."""
    return say("groups.unknown") if name == UNKNOWN else name


def _chapter(
    inputs: Inputs, name: str, number: int, groups: pd.DataFrame, say: MessageCatalogue
) -> Section:
    own, entry = groups.to_dict("index")[name], inputs.groups[name]
    inside = replace(inputs, base=inputs.base.filter(inputs.base[GROUP] == name))
    headline = say(
        "groups.each.headline",
        customers=say.write.count(own["customers"]),
        expected=say.write.total(own["expected_value"]),
        interval=_interval(entry).text(say.write),
        churn=say.write.share(own["churn"]),
        of_all=say.write.share(float((groups["churn"] * groups["customers_share"]).sum())),
    )
    title = say("groups.each.title", by=inputs.by, group=group_label(name, say))
    parts: list[Part] = [
        _tiers(inside, entry, say),
        Note(_model(entry, inputs.group_figures.get(name, {}), say)),
    ]
    return Section(f"group-{number}", title, headline, parts)


def _tiers(inputs: Inputs, entry: Mapping[str, Any], say: MessageCatalogue) -> Table:
    """Return a group's tiers in numbers, with the amounts at which they begin."""
    table = tier_table(inputs)
    names = [str(name) for name in table.index]
    intervals = {name: interval_of(sums) for name, sums in entry["sums"]["tiers"].items()}
    cuts = [say.write.money(cut) for cut in entry["tier_cuts"]]
    begins = [*cuts, *[MISSING] * (len(names) - len(cuts))]
    rows = table.assign(interval=texts(intervals, names, say.write), begins=begins)
    measures = [Measure(say("groups.begins"), "begins", str), *common(say, *NUMBERS)]
    labels = [say.label("tier", name) for name in names]
    return Table.of(say("tiers.numbers"), rows, (say("common.tier"), labels), measures)


def _model(entry: Mapping[str, Any], figures: Mapping[str, Any], say: MessageCatalogue) -> str:
    """Return how the group is forecast, and how well that went on past days."""
    how = say(f"groups.how.{entry['model']}")
    if figures.get("ece") is None or figures.get("total_error") is None:
        return how
    return say(
        "groups.past",
        how=how,
        total=say.write.share(figures["total_error"]),
        gap=say.write.decimal(100 * figures["ece"]),
    )


def _chart(table: pd.DataFrame, headline: str, say: MessageCatalogue) -> Chart:
    labels = [group_label(str(name), say) for name in table.index]
    shares: Sequence[tuple[str, Sequence[float]]] = [
        (say("common.customers_share"), table["customers_share"].tolist()),
        (say("common.expected_value_share"), table["expected_value_share"].tolist()),
    ]
    return Chart(
        id="chart-groups",
        title=say("groups.chart"),
        figure=share_bars(labels, shares, say.write),
        alt=say("groups.alt", finding=headline),
        reading=say("groups.reading"),
        groups=table["customers"].tolist(),
    )


def _numbers(inputs: Inputs, table: pd.DataFrame, say: MessageCatalogue) -> Table:
    names = [str(name) for name in table.index]
    intervals = {name: _interval(entry) for name, entry in inputs.groups.items()}
    rows = table.assign(interval=texts(intervals, names, say.write))
    found = Table.of(
        say("groups.numbers"),
        rows,
        (inputs.by, [group_label(name, say) for name in names]),
        common(say, *NUMBERS),
    )
    models = [Cell(say(f"groups.model.{inputs.groups[name]['model']}")) for name in names]
    return replace(
        found,
        columns=[*found.columns, say("groups.forecast_by")],
        rows=[[*row, model] for row, model in zip(found.rows, models, strict=True)],
    )


def _interval(entry: Mapping[str, Any]) -> SumInterval:
    return interval_of(entry["sums"]["base"])
