"""The chapter on what a new customer is worth, by first month and by channel."""

import datetime as dt
from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from tiercast.past.aggregates import WINDOWS
from tiercast.past.past import Past
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.months import FEWEST, Period, periods, place
from tiercast.reporting.section import Cell, Chart, Note, Part, Section, Table
from tiercast.reporting.theme import PALE, STRONG, figure, money_ticks

COLOURS = (PALE, STRONG)


def worth_section(inputs: Inputs, say: MessageCatalogue) -> Section | None:
    """Return the chapter on new customers' worth; None where no first window is over."""
    if inputs.past is None:
        return None
    among, table = by_first_month(inputs.past)
    short, long = WINDOWS
    if table[f"value_{short}"].notna().sum() < 1:
        return None
    # In the oldest period old customers may look like new ones.
    drawn = table[1:] if table[f"value_{short}"][1:].notna().any() else table
    means = {days: _mean(drawn, f"value_{days}") for days in WINDOWS}
    names = [one.text(say.write) for one in among]
    write = say.write.about(drawn["customers"].sum())
    texts = {f"in_{days}": write.money(mean or 0.0) for days, mean in means.items()}
    headline = say("worth_new.headline" if means[long] else "worth_new.headline_short", **texts)
    parts: list[Part] = [_chart(names, drawn, say), _table(names, table, say)]
    channels = by_channel(inputs.past)
    if channels is not None:
        parts.append(_by_channel(channels, say))
    begin = "worth_new.begin" if drawn is table else "worth_new.begin_without"
    parts.append(Note(say(begin, oldest=names[0])))
    return Section("new-worth", say("worth_new.title"), headline, parts)


def _mean(table: pd.DataFrame, column: str) -> float | None:
    """Return the mean over the customers of all periods whose window is over; None without."""
    over = table[table[column].notna()]
    if over.empty:
        return None
    return float((over[column] * over["customers"]).sum() / over["customers"].sum())


def _chart(names: Sequence[str], table: pd.DataFrame, say: MessageCatalogue) -> Chart:
    table = table[table[f"value_{WINDOWS[0]}"].notna()]
    shown = [names[number] for number in table.index]
    traces = [
        go.Bar(
            name=say(f"worth_new.columns.value_{days}"),
            x=shown,
            y=[None if value != value else round(float(value), 2) for value in values],
            customdata=[say.write.money(float(value)) for value in values],
            marker={"color": colour},
            hovertemplate="%{x}: %{customdata}<extra>%{fullData.name}</extra>",
        )
        for days, values, colour in (
            (days, table[f"value_{days}"].tolist(), colour)
            for days, colour in zip(WINDOWS, COLOURS, strict=True)
        )
        if any(value == value for value in values)
    ]
    title = _finding(shown, table, say)
    return Chart(
        id="chart-new-worth",
        title=title,
        figure=figure(
            traces,
            height=380,
            barmode="group",
            bargap=0.25,
            showlegend=True,
            xaxis={"type": "category", "nticks": 12},
            yaxis={**money_ticks(say.write), "title": {"text": say("worth_new.y")}},
        ),
        alt=say("worth_new.alt", finding=title),
        reading=say("worth_new.reading"),
        groups=table["customers"].tolist(),
    )


def _finding(names: Sequence[str], table: pd.DataFrame, say: MessageCatalogue) -> str:
    """Return what the newest period's customers brought beside those of the oldest shown.

    Periods of few customers are passed over, unless all are.
    """
    large = (table["customers"] >= FEWEST).to_numpy()
    if large.any():
        table, names = table[large], [n for n, one in zip(names, large, strict=True) if one]
    values = table[f"value_{WINDOWS[0]}"].tolist()
    first, last = (say.write.about(table["customers"].iloc[place]) for place in (0, -1))
    return say(
        "worth_new.finding" if len(values) > 1 else "worth_new.finding_one",
        newest=names[-1],
        value=last.money(values[-1]),
        oldest=names[0],
        before=first.money(values[0]),
    )


def _table(names: Sequence[str], table: pd.DataFrame, say: MessageCatalogue) -> Table:
    title, note = say("worth_new.by_month"), say("worth_new.note")
    return _of(title, (say("cohorts.first"), names), table, note, say)


def _by_channel(table: pd.DataFrame, say: MessageCatalogue) -> Table:
    names = [
        say("worth_new.unknown") if pd.isna(value) else str(value) for value in table["channel"]
    ]
    title, note = say("worth_new.by_channel"), say("worth_new.channel_note")
    return _of(title, (say("worth_new.channel"), names), table, note, say)


def _of(
    title: str,
    first: tuple[str, Sequence[str]],
    table: pd.DataFrame,
    note: str,
    say: MessageCatalogue,
) -> Table:
    """Return a table of what customers brought; a window that is over for nobody is left out."""
    windows = [f"value_{days}" for days in WINDOWS if table[f"value_{days}"].notna().any()]
    columns = [*windows, "expected_value"]
    head, names = first
    rows = [
        [
            Cell(name),
            Cell(say.write.count(row["customers"]), customers=row["customers"], is_count=True),
            *(
                Cell(
                    "" if row[c] != row[c] else say.write.money(row[c]), customers=row["customers"]
                )
                for c in columns
            ),
        ]
        for name, row in zip(names, table.to_dict("records"), strict=True)
    ]
    heads = [say(f"worth_new.columns.{name}") for name in columns]
    return Table(title, [head, say("common.customers"), *heads], rows, note)


def by_first_month(past: Past) -> tuple[list[Period], pd.DataFrame]:
    """Return the periods of first orders, and for each: customers and what one brought.

    Columns: customers, value_90, value_365 (money per customer; NaN where the window is not over
    for everyone who may come in the period), expected_value (per customer).
    """
    found = past.new_by_month.set_index("first_month")
    found = found[found.index < past.unfinished]
    among = periods(int(found.index.min()), past.unfinished - 1) if len(found) else []
    grouped = found.groupby(place(found.index.tolist(), among)).sum()
    table = _each(grouped)
    for days in WINDOWS:
        over = [_is_over(among[number], days, past.as_of) for number in table.index]
        table[f"value_{days}"] = table[f"value_{days}"].where(pd.Series(over, index=table.index))
    return [among[number] for number in table.index], table.reset_index(drop=True)


def by_channel(past: Past) -> pd.DataFrame | None:
    """Return what a customer brought by the channel of the first order, most customers first.

    Columns as in `by_first_month`, and `channel` (missing: unknown); a window's mean is that of
    the customers for whom it is over. None where no channel is known.
    """
    found = past.new_by_channel
    return None if found is None else _each(found).assign(channel=found["channel"])


def _each(sums: pd.DataFrame) -> pd.DataFrame:
    """Return customers, and what one brought and will bring; NaN where no window is over."""
    means = {
        f"value_{days}": sums[f"value_{days}"]
        / sums[f"customers_{days}"].where(sums[f"customers_{days}"] > 0)
        for days in WINDOWS
    }
    expected = sums["expected_value"] / sums["customers"]
    return pd.DataFrame({"customers": sums["customers"], **means, "expected_value": expected})


def _is_over(period: Period, days: int, as_of: dt.date) -> bool:
    """Return whether a window from the period's last day has ended by `as_of`."""
    return period.ends + dt.timedelta(days=days - 1) <= as_of
