"""The chapter on cohorts: retention as a heat map, and value by age."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from tiercast.past.months import first_day
from tiercast.reporting.cohorts import Cohorts, ages_of, heat_map, lines
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Cell, Chart, Note, Part, Section, Table
from tiercast.reporting.theme import PAPER, SEQUENCE, TIER_COLOURS, figure, money_ticks

AGES_IN_TABLE = (1, 3, 6, 12, 24)
ROW_HEIGHT = 26
DASHES = ("solid", "dash", "dot")


def cohorts_section(inputs: Inputs, say: MessageCatalogue) -> Section | None:
    """Return the chapter on cohorts; None without two whole months of orders."""
    past = inputs.past
    ages = pd.DataFrame() if past is None else ages_of(past)
    if past is None or ages.empty:
        return None
    found = heat_map(ages, past.unfinished)
    if found.ages < 1:
        return None
    drawn = found.later()
    headline = _headline(drawn, say)
    by_age = lines(ages, past.unfinished)
    since = say.write.month(first_day(int(ages["first_month"].min())))
    begin = "cohorts.begin" if drawn is found else "cohorts.begin_without"
    parts: list[Part] = [_heat_map(found, headline, say)]
    parts += [_value_chart(by_age, say)] if by_age.periods else []
    parts.append(Note(say(begin, month=since)))
    return Section("cohorts", say("cohorts.title"), headline, parts)


def _headline(drawn: Cohorts, say: MessageCatalogue) -> str:
    """Return who ordered in the next month, and in the last one that enough customers reached."""
    ages = range(1, drawn.ages + 1)
    last = max((age for age in ages if say.write.shows(drawn.customers_at(age))), default=0)
    key = "headline" if last > 1 else "headline_one" if last else "headline_few"
    return say(
        f"cohorts.{key}",
        first=say.write.share(drawn.mean_ordered(1)),
        later=say.write.share(drawn.mean_ordered(max(last, 1))),
        months=say.write.count(last),
        least=say.write.count(say.write.small_cells),
    )


def _heat_map(found: Cohorts, finding: str, say: MessageCatalogue) -> Chart:
    months = range(1, found.ages + 1)
    names = [one.text(say.write) for one in found.periods]
    labels = [
        f"{name} ({say.write.about(size).count(size)})"
        for name, size in zip(names, found.sizes, strict=True)
    ]
    shares = [[float(row[age]) for age in months] for row in found.ordered]
    texts = [["" if share != share else say.write.share(share) for share in row] for row in shares]
    trace = go.Heatmap(
        x=[str(age) for age in months],
        y=labels,
        z=[[None if share != share else round(share, 4) for share in row] for row in shares],
        text=texts,
        texttemplate="%{text}",
        zmin=0,
        colorscale=[list(stop) for stop in SEQUENCE],
        showscale=False,
        hoverongaps=False,
        hovertemplate=say("cohorts.hover") + "<extra></extra>",
        xgap=2,
        ygap=2,
    )
    plain = {"showgrid": False, "showline": False, "ticks": "", "type": "category", "tickangle": 0}
    joined = any(one.last > one.first for one in found.periods)
    reading = say("cohorts.reading", joined=say("cohorts.joined") if joined else "")
    title = say("cohorts.chart")
    return Chart(
        id="chart-cohorts",
        title=title,
        figure=figure(
            [trace],
            height=90 + ROW_HEIGHT * len(labels),
            margin={"t": 12},
            plot_bgcolor=PAPER,
            xaxis={**plain, "title": {"text": say("cohorts.x")}},
            yaxis={**plain, "autorange": "reversed", "ticklabelstandoff": 4},
        ),
        alt=say("cohorts.alt", finding=finding),
        reading=reading,
        table=_numbers(title, found, names, say),
        groups=[
            [0 if share != share else size for share in row]
            for row, size in zip(shares, found.sizes, strict=True)
        ],
    )


def _numbers(title: str, found: Cohorts, names: Sequence[str], say: MessageCatalogue) -> Table:
    """Return the shares after some months, and what a customer had brought by then."""
    ages = [age for age in AGES_IN_TABLE if age <= found.ages]
    heads = [say("cohorts.share_in", month=str(age)) for age in ages]
    heads += [say("cohorts.value_by", month=str(age)) for age in ages]
    rows = [
        [
            Cell(name),
            Cell(say.write.count(size), customers=size, is_count=True),
            *(
                Cell(_known(say.write.share(float(ordered[age])), ordered[age]), customers=size)
                for age in ages
            ),
            *(
                Cell(_known(say.write.money(float(value[age])), value[age]), customers=size)
                for age in ages
            ),
        ]
        for name, size, ordered, value in zip(
            names, found.sizes, found.ordered, found.value, strict=True
        )
    ]
    return Table(title, [say("cohorts.first"), say("common.customers"), *heads], rows)


def _known(text: str, value: float) -> str:
    """Return a text; nothing where a month is not over, which is no zero."""
    return "" if value != value else text


def _value_chart(found: Cohorts, say: MessageCatalogue) -> Chart:
    lines_of = zip(found.periods, found.value, found.sizes, strict=True)
    traces = [
        _line(name.text(say.write), values[values == values].tolist(), number, say)
        for number, (name, values, size) in enumerate(lines_of)
        if say.write.shows(size)
    ]
    drawn = found.later()
    age = int((~np.isnan(drawn.value[-1])).sum()) - 1  # the newest line's last
    first, last = (say.write.about(drawn.sizes[place]) for place in (0, -1))
    finding = say(
        "cohorts.value.title" if len(drawn.periods) > 1 else "cohorts.value.title_one",
        months=say.write.count(age),
        newest=drawn.periods[-1].text(say.write),
        value=last.money(float(drawn.value[-1][age])),
        oldest=drawn.periods[0].text(say.write),
        before=first.money(float(drawn.value[0][age])),
    )
    return Chart(
        id="chart-cohort-value",
        title=finding,
        figure=figure(
            traces,
            height=400,
            xaxis={"title": {"text": say("cohorts.x")}, "dtick": 3 if found.ages > 6 else 1},
            showlegend=True,
            yaxis={
                "title": {"text": say("cohorts.value.y")},
                **money_ticks(say.write),
                "rangemode": "tozero",
            },
        ),
        alt=say("cohorts.value.alt", finding=finding),
        reading=say("cohorts.value.reading"),
    )


def _line(name: str, values: Sequence[float], number: int, say: MessageCatalogue) -> Any:
    return go.Scatter(
        name=name,
        x=list(range(len(values))),
        y=[round(value, 2) for value in values],
        customdata=[say.write.money(value) for value in values],
        mode="lines+markers",
        line={
            "color": TIER_COLOURS[number % len(TIER_COLOURS)],
            "dash": DASHES[number % len(DASHES)],
            "width": 2,
        },
        marker={"size": 5},
        hovertemplate=say("cohorts.value.hover") + "<extra>%{fullData.name}</extra>",
    )
