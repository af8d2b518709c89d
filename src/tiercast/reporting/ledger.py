"""Past scores against actual outcomes, scoring by scoring."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from tiercast.contract.groups import GROUP
from tiercast.formats import Form, ratio
from tiercast.reporting.groups import group_label
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.past_grades import GRADES
from tiercast.reporting.section import (
    Card,
    Cards,
    Chart,
    Grade,
    Note,
    Part,
    Section,
    Table,
    about,
    measures,
)
from tiercast.reporting.theme import PALE, QUIET, STRONG, WARN, figure, money_ticks
from tiercast.reporting.windows import apart

ALL, TIER = "all", "tier"
LINES = {"predicted": (PALE, "dash"), "actual": (STRONG, "solid")}
COLUMNS: Mapping[str, Form] = {
    "churn_predicted": "share",
    "churn_actual": "share",
    "total_predicted": "total",
    "total_low_predicted": "total",
    "total_high_predicted": "total",
    "total_actual": "total",
    "interval_actual": "share",
    "tier_set_actual": "share",
}
FURTHER_COLUMNS: Mapping[str, Form] = {
    name: form for name, form in COLUMNS.items() if not name.startswith("tier")
}
TIER_COLUMNS: Mapping[str, Form] = {
    "tier_size_predicted": "count",
    "tier_size_actual": "count",
    "tier_confidence_predicted": "share",
    "tier_confidence_actual": "share",
    "churn_predicted": "share",
    "churn_actual": "share",
    "total_predicted": "total",
    "total_actual": "total",
}


def ledger_section(inputs: Inputs, say: MessageCatalogue) -> Section | None:
    """Return the chapter on graded scores; None where none were graded yet."""
    if inputs.monitoring is None or inputs.monitoring.grades.empty:
        return None
    grades = inputs.monitoring.grades
    whole = side_by_side(grades[grades["by"] == ALL], "as_of")
    newest = grades[(grades["by"] == TIER) & (grades["as_of"] == whole.index[-1])]
    tiers = side_by_side(newest, "group").reindex(
        [name for name in inputs.tier_names if name in set(newest["group"])]
    )
    alone = whole[[day in apart(whole.index, inputs.target.horizon_days) for day in whole.index]]
    headline = say(
        "ledger.headline",
        held_of=_held_of(whole, alone, say),
        predicted=say.write.share(whole["churn_predicted"].iloc[-1]),
        actual=say.write.share(whole["churn_actual"].iloc[-1]),
    )
    parts: tuple[Part, ...] = (
        Note(say("ledger.basis", until=say.date(grades["graded_on"].max()))),
        Cards(_cards(whole, alone, say)),
        _chart("churn", _churn_lines(whole, say), whole, say, tickformat=".0%"),
        _chart("total", _total_lines(whole, say), whole, say, **money_ticks(say.write)),
        _batches(whole, say),
        *further_tables(inputs.monitoring.further, say),
        _tiers(tiers, say),
        *_groups(grades[grades["as_of"] == whole.index[-1]], inputs, say),
    )
    grade = max(_grade(whole), _grade(alone), key=GRADES.index)
    return Section("ledger", say("ledger.title"), headline, parts, grade=grade)


def side_by_side(grades: pd.DataFrame, key: str) -> pd.DataFrame:
    """Return a row per key, in order, with columns `<metric>_predicted` and `<metric>_actual`."""
    sides = [
        grades.pivot(index=key, columns="metric", values=side).add_suffix(f"_{side}")
        for side in ("predicted", "actual")
    ]
    return pd.concat(sides, axis=1).sort_index()


def _held(whole: pd.DataFrame) -> pd.Series:
    return whole["total_actual"].between(
        whole["total_low_predicted"], whole["total_high_predicted"]
    )


def _held_of(whole: pd.DataFrame, alone: pd.DataFrame, say: MessageCatalogue) -> str:
    """Return how many totals held; of scorings that overlap those count that share no order."""
    graded, held = say.write.count(len(whole)), say.write.count(int(_held(whole).sum()))
    if len(alone) == len(whole):
        return say("ledger.held", graded=graded, held=held)
    apart_held = say.write.count(int(_held(alone).sum()))
    apart_of = say.write.count(len(alone))
    return say("ledger.held_apart", apart=apart_of, held=apart_held, graded=graded, all=held)


def _grade(whole: pd.DataFrame) -> Grade:
    """Return a grade of how often the total lay where it was promised to in 9 of 10 cases."""
    held, graded = int(_held(whole).sum()), len(whole)
    return "good" if held == graded else "fair" if held >= graded / 2 else "weak"


def _cards(whole: pd.DataFrame, alone: pd.DataFrame, say: MessageCatalogue) -> list[Card]:
    last, held = whole.iloc[-1], int(_held(alone).sum())
    counts = {"apart": len(alone), "graded": len(whole), "all": int(_held(whole).sum())}
    shown = {name: say.write.count(count) for name, count in counts.items()}
    overlap = len(alone) < len(whole)
    of_apart = say("ledger.cards.apart", apart=shown["apart"]) if overlap else ""
    detail = say("ledger.cards.held_detail", **shown) if overlap else ""
    off = ratio(last["total_predicted"] - last["total_actual"], last["total_actual"])
    return [
        Card(shown["graded"], say("ledger.cards.graded"), of_apart),
        Card(say.write.count(held), say("ledger.cards.held"), detail),
        Card(say.write.signed_share(off), say("ledger.cards.error")),
        Card(say.write.share(last["interval_actual"]), say("ledger.cards.interval")),
        Card(say.write.share(last["tier_set_actual"]), say("ledger.cards.tier_set")),
    ]


def _chart(
    name: str, lines: list[go.Scatter], whole: pd.DataFrame, say: MessageCatalogue, **axis: Any
) -> Chart:
    last, write = whole.iloc[-1], say.write.named(COLUMNS[f"{name}_actual"])
    title = say(
        f"ledger.{name}.title",
        day=_day(whole.index[-1], say),
        predicted=write(last[f"{name}_predicted"]),
        actual=write(last[f"{name}_actual"]),
    )
    return Chart(
        id=f"chart-ledger-{name}",
        title=title,
        figure=figure(
            lines,
            height=360,
            xaxis={"type": "category", "title": {"text": say("ledger.day")}},
            yaxis={**axis, "rangemode": "tozero", "title": {"text": say(f"ledger.{name}.y")}},
        ),
        alt=say("ledger.alt", finding=title),
        reading=say(f"ledger.{name}.reading"),
        half=True,
    )


def _churn_lines(whole: pd.DataFrame, say: MessageCatalogue) -> list[go.Scatter]:
    return [
        _line(whole["churn_predicted"], say, "predicted", say.write.share),
        _line(whole["churn_actual"], say, "actual", say.write.share),
    ]


def _total_lines(whole: pd.DataFrame, say: MessageCatalogue) -> list[go.Scatter]:
    predicted = _line(whole["total_predicted"], say, "predicted", say.write.total)
    predicted.error_y = {
        "type": "data",
        "symmetric": False,
        "array": (whole["total_high_predicted"] - whole["total_predicted"]).round(2).tolist(),
        "arrayminus": (whole["total_predicted"] - whole["total_low_predicted"]).round(2).tolist(),
        "color": QUIET,
        "thickness": 1.5,
        "width": 6,
    }
    actual = _line(whole["total_actual"], say, "actual", say.write.total)
    outside = ~_held(whole)
    actual.marker = {"size": 9, "color": [WARN if out else STRONG for out in outside.tolist()]}
    return [predicted, actual]


def _line(values: pd.Series, say: MessageCatalogue, name: str, form: Any) -> go.Scatter:
    colour, dash = LINES[name]
    return go.Scatter(
        name=say(f"ledger.{name}"),
        x=[say.write.short_date(_date(day)) for day in values.index],
        y=values.round(4).tolist(),
        customdata=[[form(value)] for value in values.tolist()],
        mode="lines+markers",
        line={"color": colour, "dash": dash, "width": 2},
        marker={"size": 9},
        hovertemplate="%{x}<br>%{customdata[0]}<extra>%{fullData.name}</extra>",
    )


def _day(day: Any, say: MessageCatalogue) -> str:
    return say.date(_date(day))


def _date(day: Any) -> date:
    """Return a scored day; it is stored as text or as a date."""
    return date.fromisoformat(str(day)[:10])


def _batches(whole: pd.DataFrame, say: MessageCatalogue) -> Table:
    columns = measures(say, "ledger.columns", **COLUMNS)
    days = [_day(day, say) for day in whole.index]
    return Table.of(say("ledger.batches"), whole, (say("ledger.day"), days), columns)


def further_tables(grades: pd.DataFrame, say: MessageCatalogue) -> list[Table]:
    """Return the table of further horizons; none where nothing of them was graded."""
    if grades.empty:
        return []
    whole = grades[grades["by"] == ALL]
    by_days = {
        int(days): side_by_side(whole[whole["horizon_days"] == days], "as_of")
        for days in sorted(set(whole["horizon_days"]))
    }
    names = [
        say("ledger.further.row", days=say.write.count(days), day=_day(day, say))
        for days, sides in by_days.items()
        for day in sides.index
    ]
    sides = pd.concat(by_days.values(), ignore_index=True)
    columns = measures(say, "ledger.columns", **FURTHER_COLUMNS)
    title, note = say("ledger.further.title"), say("ledger.further.note")
    return [Table.of(title, sides, (say("horizons.horizon"), names), columns, note=note)]


def _groups(newest: pd.DataFrame, inputs: Inputs, say: MessageCatalogue) -> list[Table]:
    """Return the table of the newest graded scoring by group; none without groups to show."""
    rows = newest[newest["by"] == GROUP]
    rows = rows[rows["customers"] >= inputs.config.report.small_cells]
    if rows.empty or not inputs.by:
        return []
    sides = side_by_side(rows, "group")
    first = (inputs.by, [group_label(name, say) for name in sides.index])
    columns = measures(say, "ledger.columns", **COLUMNS)
    return [Table.of(say("ledger.groups.title"), sides, first, columns)]


def _tiers(tiers: pd.DataFrame, say: MessageCatalogue) -> Table:
    columns = about("tier_size_actual", measures(say, "ledger.columns", **TIER_COLUMNS))
    names = [say.label("tier", str(name)) for name in tiers.index]
    return Table.of(say("ledger.tiers.title"), tiers, (say("common.tier"), names), columns)
