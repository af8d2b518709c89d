"""The chapters of a label table: who leaves, of which value, why, and how sure that is."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from tiercast.formats import ratio
from tiercast.reporting.actions import how, plays_of, sentence
from tiercast.reporting.bands import Bands
from tiercast.reporting.customer_ids import shown_ids
from tiercast.reporting.fairness import fairness_section
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.label_drivers import drivers_section
from tiercast.reporting.label_quality import quality_section
from tiercast.reporting.list_facts import first_of, usable_lists
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import (
    Card,
    Cards,
    Cell,
    Chart,
    Glossary,
    Measure,
    Note,
    Part,
    Section,
    Table,
    common,
)
from tiercast.reporting.share_bars import share_bars, with_shares

ENDS = tuple(number / 10 for number in range(10))  # lower ends of the bands of risk
LENGTH = 10
LISTS = ("value_at_stake", "save", "check_in")  # the first that holds somebody is shown
VALUE = "expected_value"
LEAVER_SHARES = ("customers_share", "leavers_share")
VALUE_SHARES = ("customers_share", "expected_value_share")
SHARE_WORDS = {
    "customers_share": "common.customers_share",
    "leavers_share": "label.leavers_share",
    "expected_value_share": "common.expected_value_share",
}
WORDS = ("churn", "confidence", "tier_set", "reason", "cross_section")
WORDS_OF_VALUE = ("expected", "at_stake")


def has_value(inputs: Inputs) -> bool:
    """Return whether the table says what a customer is worth."""
    return VALUE in inputs.scores.columns


def overview_section(inputs: Inputs, say: MessageCatalogue) -> Section:
    """Return the chapter on the table as a whole."""
    base = inputs.base
    sums = {"customers": base.count(), "leavers": base.churn_probability.sum()}
    if has_value(inputs):
        sums |= {"expected": base.expected_value.sum(), "at_stake": base.value_at_stake.sum()}
    (row,) = base.aggregate(**sums).to_pyarrow().to_pylist()
    write = say.write.about(row["customers"])
    headline = say(
        "label.overview.headline",
        customers=write.count(row["customers"]),
        leavers=write.count(row["leavers"]),
        share=write.share(ratio(row["leavers"], row["customers"])),
    )
    notes = [Note(say("label.overview.cross_section"))]
    if not has_value(inputs):
        notes.append(Note(say("label.overview.without_value")))
    parts: list[Part] = [Cards(_cards(row, inputs, say)), *notes]
    return Section("overview", say("overview.title"), headline, parts)


def _cards(row: Mapping[str, float], inputs: Inputs, say: MessageCatalogue) -> list[Card]:
    write = say.write.about(row["customers"])
    cards = [
        Card(write.count(row["customers"]), say("label.overview.customers")),
        Card(write.count(row["leavers"]), say("label.overview.leavers")),
    ]
    column = str(inputs.config.outlook.value_column)
    cards += [
        Card(
            write.total(row[name]),
            say(f"label.overview.{name}"),
            say(f"label.overview.{name}_detail", column=column),
        )
        for name in ("at_stake", "expected")
        if name in row
    ]
    return cards


def tiers_section(inputs: Inputs, say: MessageCatalogue) -> Section:
    """Return the chapter on tiers, or on risk bands where there is no value."""
    base, names = inputs.base, list(inputs.tier_names)
    sums = {
        "customers": base.count(),
        "leavers": base.churn_probability.sum(),
        "churn": base.churn_probability.mean(),
        "confidence": base.tier_confidence.mean(),
    }
    if has_value(inputs):
        sums[VALUE] = base.expected_value.sum()
    found = base.group_by("tier").aggregate(**sums).to_pandas().set_index("tier").reindex(names)
    filled = found.fillna(dict.fromkeys(sums.keys() - {"churn", "confidence"}, 0))
    table = with_shares(filled, ["customers", "leavers", *([VALUE] * has_value(inputs))])
    labels = [say.label("tier", name) for name in names]
    kind = "tiers" if has_value(inputs) else "bands"
    shares = VALUE_SHARES if has_value(inputs) else LEAVER_SHARES
    first, last = table.iloc[0], table.iloc[-1]
    headline = say(
        f"label.{kind}.headline",
        best=labels[0],
        best_share=say.write.about(first.customers).share(first.customers_share),
        value_share=say.write.about(first.customers).share(first[shares[1]]),
        tier=labels[-1],
        customers=say.write.about(last.customers).count(last.customers),
        risk=say.write.about(last.customers).share(last.churn),
    )
    title = say(
        f"label.{kind}.chart",
        tier=labels[-1],
        share=say.write.about(last.customers).share(last.customers_share),
        part=say.write.about(last.customers).share(last[shares[1]]),
    )
    return Section(
        "tiers",
        say(f"label.{kind}.title"),
        headline,
        (
            _share_chart("chart-tiers", (title, shares), labels, table, say),
            _numbers(table, labels, say, with_value=has_value(inputs)),
            Note(say(f"label.{kind}.note")),
        ),
    )


def _share_chart(
    name: str,
    about: tuple[str, tuple[str, str]],
    labels: Sequence[str],
    table: pd.DataFrame,
    say: MessageCatalogue,
) -> Chart:
    """Return bars of two shares; `about` is the finding, and the columns of the shares."""
    title, shares = about
    words = {share: say(SHARE_WORDS[share]) for share in shares}
    reading = "label.reading_value" if shares == VALUE_SHARES else "label.reading"
    return Chart(
        id=name,
        title=title,
        figure=share_bars(
            labels, [(words[one], table[one].tolist()) for one in shares], say.write
        ),
        alt=title,
        reading=say(reading),
        groups=table["customers"].tolist(),
    )


def _numbers(
    table: pd.DataFrame, labels: Sequence[str], say: MessageCatalogue, *, with_value: bool
) -> Table:
    value = [VALUE, "expected_value_share"] if with_value else []
    columns = common(say, "customers", "customers_share", *value, "churn", "confidence")
    return Table.of(say("tiers.numbers"), table, (say("common.tier"), labels), columns)


def risk_section(inputs: Inputs, say: MessageCatalogue) -> Section:
    """Return the chapter on how risks spread, and the customers to look at first."""
    base = inputs.base.mutate(leavers=inputs.base.churn_probability)
    table = Bands("risk", "churn_probability", ENDS, money="leavers", amount="leavers").table(base)
    labels = [f"{end:.0%}–{end + 0.1:.0%}" for end in ENDS]
    high = table.iloc[5:].sum()
    write = say.write.about(high.customers)
    headline = say(
        "label.risk.headline",
        customers=write.count(high.customers),
        share=write.share(high.customers_share),
        leavers=write.share(high.leavers_share),
    )
    low = table.iloc[0]
    finding = say(
        "label.risk.chart",
        share=say.write.about(low.customers).share(low.customers_share),
        leavers=say.write.about(low.customers).share(low.leavers_share),
    )
    chart = _share_chart("chart-risk", (finding, LEAVER_SHARES), labels, table, say)
    people = people_table(inputs, say)
    parts = (chart,) if people is None else (chart, people)
    return Section("outlook", say("label.risk.title"), headline, parts)


def people_table(inputs: Inputs, say: MessageCatalogue) -> Table | None:
    """Return the customers to look at first, with their reasons."""
    known = usable_lists(inputs)
    for name in (one for one in LISTS if one in known):
        rows = first_of(inputs, name, LENGTH)
        found = rows.to_pyarrow().to_pylist()
        if found:
            return _people(name, found, inputs, say)
    return None


def _people(
    name: str, found: Sequence[Mapping[str, Any]], inputs: Inputs, say: MessageCatalogue
) -> Table:
    reasons = _reasons(inputs, [row["customer_id"] for row in found])
    shown = shown_ids([row["customer_id"] for row in found], inputs)
    names = ["customer", "tier", "churn", *(["at_stake"] * has_value(inputs)), "reasons"]
    rows = [
        [
            Cell(customer),
            Cell(say.label("tier", row["tier"])),
            Cell(say.write.share(row["churn_probability"])),
            *([Cell(say.write.money(row["value_at_stake"]))] if has_value(inputs) else []),
            Cell(" · ".join(reasons.get(row["customer_id"], []))),
        ]
        for customer, row in zip(shown, found, strict=True)
    ]
    one = usable_lists(inputs)[name]
    title = one.title.in_language(say.language)
    columns = [say(f"label.people.{column}") for column in names]
    note = say("label.risk.list", name=name, count=say.write.count(len(rows)))
    return Table(title, columns, rows, note, words=True)


def _reasons(inputs: Inputs, ids: Sequence[Any]) -> dict[Any, list[str]]:
    scores = inputs.scores
    found = scores.filter(scores.customer_id.isin(ids)).select("customer_id", "reasons")
    return {
        row["customer_id"]: [one["text"] for one in row["reasons"] or [] if one["effect"] > 0]
        for row in found.to_pyarrow().to_pylist()
    }


def plays_section(inputs: Inputs, say: MessageCatalogue) -> Section:
    """Return the chapter on what to do with whom."""
    base, plays = inputs.base, plays_of(inputs)
    money = ["value_at_stake"] if has_value(inputs) else []
    found = base.group_by("action_id").aggregate(
        customers=base.count(),
        churn=base.churn_probability.mean(),
        **{name: base[name].sum() for name in money},
    )
    table = found.to_pandas().sort_values("churn", ascending=False, ignore_index=True)
    table = with_shares(table, ["customers"])
    known = [plays[str(name)] for name in table["action_id"]]
    titles = [sentence(play.action.in_language(say.language)) for play in known]
    first = (say("lists.columns.action"), titles)
    columns = common(say, "customers", "customers_share", "churn")
    columns += [Measure(say("label.people.at_stake"), name, say.write.total) for name in money]
    details = [how(play, inputs, say) for play in known]
    part = Table.of(say("label.actions.table"), table, first, columns, details=details)
    top = table.iloc[0]
    write = say.write.about(top.customers)
    headline = say(
        "label.actions.headline",
        customers=write.count(top.customers),
        share=write.share(top.customers_share),
        action=titles[0],
    )
    return Section("actions", say("actions.title"), headline, (part,))


def glossary_section(inputs: Inputs, say: MessageCatalogue) -> Section:
    """Return the closing chapter."""
    names = [*WORDS, *(WORDS_OF_VALUE if has_value(inputs) else ())]
    entries = [
        (say(f"label.glossary.{name}.word"), say(f"label.glossary.{name}.means")) for name in names
    ]
    day: date = inputs.as_of
    source = say(
        "label.glossary_source",
        name=inputs.config.name,
        version=inputs.model_version,
        date=say.date(day),
    )
    parts = (Glossary(entries), Note(source))
    return Section("glossary", say("glossary.title"), say("glossary.headline"), parts)


LABEL_GROUPS = {
    "start": (overview_section,),
    "questions": (tiers_section, risk_section, plays_section),
    "why": (drivers_section,),
    "model": (quality_section, fairness_section),
    "more": (glossary_section,),
}
