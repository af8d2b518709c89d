"""Trend: money month by month, and tiers, risk and expected money over the scored days."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from tiercast.formats import ratio
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.past import whole_months
from tiercast.reporting.section import Chart, Part, Section, Table, common, measures
from tiercast.reporting.theme import (
    PALE,
    STRONG,
    figure,
    money_ticks,
    month_axis,
    plain,
    tier_colours,
)

MONTHS_SHOWN = 36
FEWEST = 2  # months, or scored days, that make a trend


def trend_section(inputs: Inputs, say: MessageCatalogue) -> Section | None:
    """Return the chapter on the trend; None where there are neither months nor scored days."""
    months = pd.DataFrame() if inputs.past is None else whole_months(inputs.past)
    days = inputs.scored_days
    parts: list[Part] = []
    if len(months) >= FEWEST:
        parts.append(_months_chart(months, say))
    if len(days) >= FEWEST:
        parts += [_tiers_chart(inputs, days, say), _risk_chart(days, say), _days_table(days, say)]
    if not parts:
        return None
    headline = _headline(months, say) if len(months) >= FEWEST else _days_headline(days, say)
    return Section("trend", say("trend.title"), headline, parts)


def _headline(months: pd.DataFrame, say: MessageCatalogue) -> str:
    """Return the money of the last twelve months, or of fewer, against those before."""
    recent, before = months["value"].iloc[-12:], months["value"].iloc[-24:-12]
    write = say.write.about(months["customers"].iloc[-12:].max())
    change = ""
    if len(before) == len(recent) and before.sum() > 0:
        share = write.signed_share(ratio(recent.sum() - before.sum(), before.sum()))
        change = say("trend.against", share=share)
    return say(
        "trend.headline",
        months=say.write.count(len(recent)),
        month=say.write.month(months["month"].iloc[-1]),
        value=write.total(recent.sum()),
        change=change,
    )


def _days_headline(days: pd.DataFrame, say: MessageCatalogue) -> str:
    first, last = days.iloc[0], days.iloc[-1]
    return say(
        "trend.days_headline",
        first=say.date(first.as_of),
        last=say.date(last.as_of),
        before=say.write.about(first.customers).total(first.expected_value),
        now=say.write.about(last.customers).total(last.expected_value),
    )


def _months_chart(months: pd.DataFrame, say: MessageCatalogue) -> Chart:
    shown = months.tail(MONTHS_SHOWN)
    title = _months_title(months, say)
    trace = go.Bar(
        x=[f"{month:%Y-%m}" for month in shown["month"]],
        y=shown["value"].round(2).tolist(),
        customdata=[
            [say.write.month(month), say.write.total(value), say.write.count(orders)]
            for month, value, orders in zip(
                shown["month"], shown["value"], shown["orders"], strict=True
            )
        ],
        marker={"color": [*[PALE] * (len(shown) - 1), STRONG]},
        hovertemplate=say("trend.months.hover") + "<extra></extra>",
    )
    columns = measures(say, "trend.columns", value="total", orders="count", customers="count")
    names = [say.write.month(month) for month in shown["month"]]
    return Chart(
        id="chart-trend",
        title=title,
        figure=figure(
            [trace],
            height=320,
            showlegend=False,
            bargap=0.25,
            xaxis=month_axis(say("new_returning.tick")),
            yaxis={
                "rangemode": "tozero",
                **money_ticks(say.write),
                "title": {"text": say("trend.columns.value")},
            },
        ),
        alt=say("trend.months.alt", finding=title),
        reading=say("trend.months.reading"),
        table=Table.of(title, shown, (say("trend.columns.month"), names), columns),
    )


def _months_title(months: pd.DataFrame, say: MessageCatalogue) -> str:
    last = months.iloc[-1]
    write = say.write.about(last.customers)
    earlier = {"before": 2, "year": 13}
    words = [
        say(
            f"trend.months.{name}",
            share=write.signed_share(
                ratio(last.value - months["value"].iloc[-back], months["value"].iloc[-back])
            ),
            month=say.write.month(months["month"].iloc[-back]),
        )
        for name, back in earlier.items()
        if len(months) >= back and months["value"].iloc[-back] > 0
    ]
    return say(
        "trend.months.title",
        month=say.write.month(last.month),
        value=write.total(last.value),
        changes=say("trend.between").join(words) or say("trend.months.alone"),
    )


def _tiers_chart(inputs: Inputs, days: pd.DataFrame, say: MessageCatalogue) -> Chart:
    names = [name for name in inputs.tier_names if name in days["tiers"].iloc[-1]]
    colours = tier_colours(inputs.tier_names)
    traces = [
        _layer(plain(say.label("tier", name)), days, name, colours[name], say) for name in names
    ]
    first, last, best = days.iloc[0], days.iloc[-1], names[0]
    before, now = first.tiers.get(best, 0), last.tiers[best]
    title = say(
        "trend.tiers.title",
        tier=say.label("tier", best),
        before=say.write.about(before).count(before),
        first=say.date(first.as_of),
        now=say.write.about(now).count(now),
        last=say.date(last.as_of),
    )
    return _days_chart(
        "tiers",
        title,
        traces,
        say,
        barmode="stack",
        bargap=0.35,
        legend={"traceorder": "normal"},
        yaxis={"tickformat": ",", "title": {"text": say("common.customers")}},
    )


def _layer(
    label: str, days: pd.DataFrame, name: str, colour: str, say: MessageCatalogue
) -> go.Bar:
    counts = [int(tiers.get(name, 0)) for tiers in days["tiers"]]
    return go.Bar(
        name=label,
        x=[say.write.short_date(day) for day in days["as_of"]],
        y=[number if say.write.shows(number) else None for number in counts],
        customdata=[[say.write.about(number).count(number)] for number in counts],
        marker={"color": colour},
        hovertemplate="%{x}<br>%{customdata[0]}<extra>%{fullData.name}</extra>",
    )


def _risk_chart(days: pd.DataFrame, say: MessageCatalogue) -> Chart:
    first, last = days.iloc[0], days.iloc[-1]
    title = say(
        "trend.risk.title",
        before=say.write.about(first.customers).share(first.churn),
        first=say.date(first.as_of),
        now=say.write.about(last.customers).share(last.churn),
        last=say.date(last.as_of),
    )
    trace = go.Scatter(
        x=[say.write.short_date(day) for day in days["as_of"]],
        y=[
            round(churn, 4) if say.write.shows(customers) else None
            for churn, customers in zip(days["churn"], days["customers"], strict=True)
        ],
        customdata=[
            [say.write.about(customers).share(churn)]
            for churn, customers in zip(days["churn"], days["customers"], strict=True)
        ],
        mode="lines+markers",
        line={"color": STRONG, "width": 2},
        marker={"size": 9},
        hovertemplate="%{x}<br>%{customdata[0]}<extra></extra>",
    )
    axis = {"tickformat": ".0%", "rangemode": "tozero", "title": {"text": say("common.churn")}}
    return _days_chart("risk", title, [trace], say, showlegend=False, yaxis=axis)


def _days_chart(
    name: str, title: str, traces: list[Any], say: MessageCatalogue, **layout: Any
) -> Chart:
    axis = {"type": "category", "showgrid": False, "title": {"text": say("trend.day")}}
    return Chart(
        id=f"chart-trend-{name}",
        title=title,
        figure=figure(traces, height=340, xaxis=axis, **layout),
        alt=say(f"trend.{name}.alt", finding=title),
        reading=say(f"trend.{name}.reading"),
        half=True,
    )


def _days_table(days: pd.DataFrame, say: MessageCatalogue) -> Table:
    columns = common(say, "customers", "expected_value")
    columns += measures(say, "trend.columns", value_low="total", value_high="total")
    columns += common(say, "churn")
    columns += measures(say, "trend.columns", model_version=None)
    names = [say.date(day) for day in days["as_of"]]
    several = days["model_version"].nunique() > 1
    note = say("trend.several" if several else "trend.one")
    return Table.of(say("trend.days"), days, (say("trend.day"), names), columns, note=note)
