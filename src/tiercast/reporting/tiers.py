"""Who keeps us alive: value tiers, what they bring, how sure they are, and the best customers."""

import pandas as pd

from tiercast.formats import ratio
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.past_days import evaluated_sizes, past_sizes, sizes_sentence
from tiercast.reporting.section import Chart, Note, Part, Section, Table, common
from tiercast.reporting.share_bars import share_bars, with_shares
from tiercast.reporting.sums import texts
from tiercast.reporting.watchlists import mainstay_list

NUMBERS = (
    "customers",
    "customers_share",
    "expected_value",
    "interval",
    "expected_value_share",
    "expected_each",
    "churn",
)


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
    best = _best_shown(table, say)
    write = say.write.about(best.customers)
    headline = say(
        "tiers.headline",
        tier=say.label("tier", str(best.name)),
        share=write.share(best.customers_share),
        value_share=write.share(best.expected_value_share),
    )
    names = [str(name) for name in table.index]
    rows = table.assign(interval=texts(inputs.sums.tiers, names, say.write))
    parts: list[Part] = [
        _chart(table, headline, say),
        _numbers(rows, say),
        _sureness(inputs, table, say),
        mainstay_list(inputs, say),
    ]
    return Section("tiers", say("tiers.title"), headline, parts)


def _best_shown(table: pd.DataFrame, say: MessageCatalogue) -> "pd.Series[float]":
    """Return the best tier that has customers, enough of them to be shown."""
    shown = [customers > 0 and say.write.shows(customers) for customers in table["customers"]]
    return table[shown].iloc[0] if any(shown) else table.iloc[0]


def _chart(table: pd.DataFrame, headline: str, say: MessageCatalogue) -> Chart:
    labels = [say.label("tier", str(name)) for name in table.index]
    customers, whole = table["customers"].sum(), table["expected_value"].sum()
    best = _best_shown(table, say)
    groups = [
        (say("common.customers_share"), table["customers_share"].tolist()),
        (say("common.expected_value_share"), table["expected_value_share"].tolist()),
    ]
    return Chart(
        id="chart-tiers",
        title=say(
            "tiers.chart",
            tier=say.label("tier", str(best.name)),
            each=say.write.about(best.customers).money(best.expected_each),
            mean=say.write.about(customers).money(ratio(whole, customers)),
        ),
        figure=share_bars(labels, groups, say.write),
        alt=say("tiers.alt", finding=headline),
        reading=say("tiers.reading"),
        groups=table["customers"].tolist(),
    )


def _numbers(table: pd.DataFrame, say: MessageCatalogue) -> Table:
    columns = common(say, *NUMBERS, "confidence")
    names = [say.label("tier", str(name)) for name in table.index]
    return Table.of(say("tiers.numbers"), table, (say("common.tier"), names), columns)


def _sureness(inputs: Inputs, table: pd.DataFrame, say: MessageCatalogue) -> Note:
    best, last = _best_shown(table, say), table.iloc[-1]
    hits, churn = (say.write.about(one.customers) for one in (best, last))
    return Note(
        say(
            "tiers.sureness",
            sizes=sizes_sentence(past_sizes(inputs), say, evaluated_sizes(inputs)),
            last=say(
                "tiers.last",
                tier=say.label("tier", str(table.index[-1])),
                churn=churn.share(last.churn),
            )
            if last.customers
            else "",
            tier=say.label("tier", str(best.name)),
            hits=hits.decimal(round(100 * best.confidence) if best.customers else 0),
        )
    )
