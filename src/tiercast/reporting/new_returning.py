"""New against returning customers: first orders, later ones, and their money."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from tiercast.formats import MISSING, Form, ratio
from tiercast.past.aggregates import YEAR_DAYS
from tiercast.past.months import YEAR, first_day
from tiercast.past.past import Past
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Card, Cards, Chart, Measure, Note, Part, Section, Table
from tiercast.reporting.small_cells import smallest
from tiercast.reporting.theme import STRONG, figure, money_ticks, month_axis

MOST_MONTHS = 36
KINDS = ("new", "returning")
NEW_COLOUR = "#e2992f"


def by_month(past: Past) -> pd.DataFrame:
    """Return one row per whole month, indexed by its number: the newest `MOST_MONTHS`.

    Columns: new and returning (customers who ordered), value_new and value_returning (money).
    A customer is new in the month of the first order, and returning in any later one. Returns of
    customers without an order in the data count as returning.
    """
    rows = past.cohorts[past.cohorts["month"] < past.unfinished]
    is_new = (rows["month"] == rows["first_month"]).fillna(False).to_numpy(bool)
    parts = {
        "new": rows["customers"].where(is_new, 0),
        "returning": rows["customers"].where(~is_new, 0),
        "value_new": rows["value"].where(is_new, 0.0),
        "value_returning": rows["value"].where(~is_new, 0.0),
    }
    table = pd.DataFrame(parts).groupby(rows["month"].astype("int64")).sum()
    if table.empty:
        return table
    first = max(int(table.index.min()), past.unfinished - MOST_MONTHS)
    return table.reindex(range(first, past.unfinished), fill_value=0)


def repeat_rates(past: Past) -> pd.DataFrame:
    """Return the last 365 days and the 365 before: customers who ordered, and twice or more.

    Columns: customers, repeated; index: 0 and 1, the years back. A year that the orders do not
    reach back to has no row.
    """
    table = past.repeats.set_index("years_ago")
    reach = 0 if past.first_day is None else (past.as_of - past.first_day).days
    return table[(table.index == 0) | (reach >= (table.index + 1) * YEAR_DAYS)]


def new_returning_section(inputs: Inputs, say: MessageCatalogue) -> Section | None:
    """Return the chapter on new and returning customers; None without a whole month of orders."""
    past = inputs.past
    months = pd.DataFrame() if past is None else by_month(past)
    if past is None or months.empty:
        return None
    year = months.tail(YEAR)
    shares = {
        "returning": ratio(year["value_returning"].sum(), _value(year)),
        "new": ratio(year["value_new"].sum(), _value(year)),
    }
    rates = repeat_rates(past)
    returning = say.write.about(smallest(*year[list(KINDS)].sum())).share(shares["returning"])
    headline = _headline(returning, _repeat(rates, 0, say), len(year), say)
    charts = [
        _bars("value", months, ("value_new", "value_returning"), "total", say),
        _bars("people", months, ("new", "returning"), "count", say),
    ]
    parts: list[Part] = [Cards(_cards(year, rates, shares["new"], say)), *charts]
    parts.append(Note(say("new_returning.begin")))
    return Section("new-returning", say("new_returning.title"), headline, parts)


def _headline(returning: str, repeat: str, months: int, say: MessageCatalogue) -> str:
    """Return the share of returning customers and the repeat rate, as far as they are shown."""
    known = "returning_few" if returning == MISSING else "returning_share"
    shares = {} if returning == MISSING else {"share": returning}
    return say(
        "new_returning.headline",
        share=say(f"new_returning.{known}", months=say.write.count(months), **shares),
        repeat="" if repeat == MISSING else say("new_returning.repeat_rate", repeat=repeat),
    )


def _value(months: pd.DataFrame) -> float:
    return float(months["value_new"].sum() + months["value_returning"].sum())


def _repeat(rates: pd.DataFrame, years_ago: int, say: MessageCatalogue) -> str:
    if years_ago not in rates.index:
        return MISSING
    repeated, customers = (rates[name].to_dict()[years_ago] for name in ("repeated", "customers"))
    return say.write.about(smallest(repeated, customers)).share(ratio(repeated, customers))


def _cards(
    year: pd.DataFrame, rates: pd.DataFrame, new_share: float, say: MessageCatalogue
) -> list[Card]:
    months, new = say.write.count(len(year)), year["new"].sum()
    write = say.write.about(new)
    before = _repeat(rates, 1, say)
    known_before = {"before": before} if before != MISSING else {}
    repeat = "repeat_before" if known_before else "repeat_alone"
    return [
        Card(
            write.count(new),
            say("new_returning.cards.new"),
            say("new_returning.cards.new_detail", months=months),
        ),
        Card(
            write.total(float(year["value_new"].sum())),
            say("new_returning.cards.value_new"),
            say("new_returning.cards.value_new_detail", share=write.share(new_share)),
        ),
        Card(
            _repeat(rates, 0, say),
            say("new_returning.cards.repeat"),
            say(f"new_returning.cards.{repeat}", **known_before),
        ),
    ]


def _bars(
    name: str, months: pd.DataFrame, columns: tuple[str, str], form: Form, say: MessageCatalogue
) -> Chart:
    labels = [say.write.month(first_day(int(month))) for month in months.index]
    title = _title(name, months.iloc[-1], columns, form, say)
    return Chart(
        id=f"chart-new-returning-{name}",
        title=title,
        figure=figure(
            _traces(months, columns, labels, form, say),
            height=360,
            barmode="relative",
            bargap=0.15,
            xaxis=month_axis(say("new_returning.tick")),
            yaxis={
                **(money_ticks(say.write) if name == "value" else {"tickformat": ","}),
                "title": {"text": say(f"new_returning.{name}.y")},
            },
        ),
        alt=say("new_returning.alt", finding=title),
        reading=say(f"new_returning.{name}.reading"),
        table=_numbers(title, months, labels, columns, form, say),
        half=True,
        groups=(months["new"] + months["returning"]).tolist(),  # the traces hide their own kind
    )


def _title(
    name: str,
    last: "pd.Series[float]",
    columns: tuple[str, str],
    form: Form,
    say: MessageCatalogue,
) -> str:
    """Return the finding of the last month; of a small kind, that it is small."""
    new, returning = (float(last[column]) for column in columns)
    few = [kind for kind in KINDS if not say.write.shows(last[kind])]
    return say(
        f"new_returning.{name}.title{'_few' if few else ''}",
        month=say.write.month(first_day(int(str(last.name)))),
        returning=say.write.named(form)(returning),
        share=say.write.share(ratio(returning, new + returning)),
        all=say.write.about(last.new + last.returning).named(form)(new + returning),
        kind="" if not few else say(f"new_returning.few_{few[0]}"),
        least=say.write.count(say.write.small_cells),
    )


def _traces(
    months: pd.DataFrame,
    columns: tuple[str, str],
    labels: Sequence[str],
    form: Form,
    say: MessageCatalogue,
) -> list[go.Bar]:
    return [
        go.Bar(
            name=say(f"new_returning.{kind}"),
            x=[first_day(int(month)).isoformat() for month in months.index],
            y=[
                round(float(value), 2) if say.write.shows(people) else None
                for value, people in zip(months[column], months[kind], strict=True)
            ],
            customdata=[
                [label, say.write.about(people).named(form)(float(value))]
                for label, value, people in zip(labels, months[column], months[kind], strict=True)
            ],
            marker={"color": colour},
            hovertemplate="%{customdata[0]}: %{customdata[1]}<extra>%{fullData.name}</extra>",
        )
        for kind, column, colour in zip(KINDS, columns, (NEW_COLOUR, STRONG), strict=True)
    ]


def _numbers(
    title: str,
    months: pd.DataFrame,
    labels: Sequence[str],
    columns: tuple[str, str],
    form: Form,
    say: MessageCatalogue,
) -> Table:
    measures = [
        Measure(say(f"new_returning.{kind}"), column, say.write.named(form), kind)
        for kind, column in zip(KINDS, columns, strict=True)
    ]
    people = zip(months["new"], months["returning"], strict=True)
    shown = months.assign(
        fewest=[smallest(*both) for both in people],
        share=[ratio(b, a + b) for a, b in zip(*(months[c] for c in columns), strict=True)],
    )
    measures.append(Measure(say("new_returning.share"), "share", say.write.share, "fewest"))
    return Table.of(title, shown, (say("new_returning.month"), labels), measures)
