"""tiercast compared with simple rules and other models on past days."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from tiercast.formats import MISSING, Form, ratio
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.past_grades import GRADES as RANKS
from tiercast.reporting.past_grades import of_graded
from tiercast.reporting.section import (
    Card,
    Cards,
    Cell,
    Grade,
    Measure,
    Note,
    Part,
    Section,
    Table,
    Tone,
    common,
    measures,
)
from tiercast.reporting.stored_backtest import StoredBacktest

OURS = "tiercast"
BEST = "best other"
GRADES: Mapping[str, Grade] = {"A": "good", "B": "fair", "C": "weak", "D": "weak"}
# The lowest grades of the figures that a letter implies.
IMPLIED_BY: Mapping[str, Mapping[str, Grade]] = {
    "A": {"risks": "good", "total": "good"},
    "B": {"total": "fair"},
}
VERDICTS: Mapping[str, tuple[Tone, str]] = {
    "better": ("higher", "▲"),
    "tie": ("", ""),
    "worse": ("lower", "▼"),
}


# How each metric is formatted; the leaderboard shows the first six.
FORMATS: Mapping[str, Form] = {
    "auc": "three",
    "ece": "three",
    "gini": "three",
    "top_10_capture": "share",
    "total_error": "share",
    "tier_accuracy": "share",
    "average_precision": "three",
    "brier": "three",
    "log_loss": "three",
    "spearman": "three",
    "mae": "money",
    "rmse": "money",
    "decile_error": "share",
    "top_20_capture": "share",
    "top_10_overlap": "share",
    "top_20_overlap": "share",
    "tier_log_loss": "three",
}
HORIZONS: Mapping[str, Form] = {
    "ece": "share",
    "interval": "share",
    "expected_value": "total",
    "value_low": "total",
    "value_high": "total",
    "value": "total",
}
ON_BOARD = tuple(FORMATS)[:6]
CHECKS = ("interval", "tier_set", "total_inside", "tier_total_inside", "segment_total_inside")


def backtest_section(inputs: Inputs, say: MessageCatalogue) -> Section | None:
    """Return the chapter on the newest backtest; None where there is none."""
    found = inputs.backtest
    if found is None:
        return None
    letter = found.summary["grade"]["letter"]
    headline = say(
        "backtest.headline",
        letter=letter,
        words=say(f"backtest.grade.{letter}"),
        others=say.write.count(len(found.leaderboard) - 1),
    ) + _worse_when_graded(letter, inputs, say)
    parts: list[Part] = [
        Note(_basis(found, say)),
        Cards(_cards(found, say)),
        _board(found, say),
        _verdicts(found, say),
        _totals(found, say),
        _coverage(found, say),
        *horizon_tables(found, say),
        Note(_rule(found, say)),
    ]
    title = say("backtest.title")
    return Section("backtest", title, headline, parts, grade=GRADES[letter])


def _worse_when_graded(letter: str, inputs: Inputs, say: MessageCatalogue) -> str:
    """Return a sentence on graded scores worse than the letter implies; "" if there are none."""
    implied = IMPLIED_BY.get(letter, {})
    graded = of_graded(inputs)
    worse = [
        say(f"quality.what.{what}")
        for what, least in implied.items()
        if RANKS.index(graded.get(what, "good")) > RANKS.index(least)
    ]
    return say("quality.worse", what=say("quality.between").join(worse)) if worse else ""


def _basis(found: StoredBacktest, say: MessageCatalogue) -> str:
    origins = found.summary["origins"]
    days = say("backtest.between").join(origins)
    return say("backtest.basis", days=days, date=say.date(found.as_of)) + _not_run(found, say)


def _not_run(found: StoredBacktest, say: MessageCatalogue) -> str:
    missing = {row["contender"] for row in found.summary["not_run"]}
    names = say("backtest.between").join(say.label("contender", one) for one in sorted(missing))
    return " " + say("backtest.not_run", names=names) if missing else ""


def _cards(found: StoredBacktest, say: MessageCatalogue) -> list[Card]:
    figures, counts = found.summary["grade"]["findings"], _best(found)["verdict"].value_counts()
    return [
        Card(say.write.share(figures["total_error"]), say("backtest.cards.total")),
        Card(f"{100 * figures['ece']:.1f}", say("backtest.cards.ece")),
        *(
            Card(say.write.count(counts.get(verdict, 0)), say(f"backtest.cards.{verdict}"))
            for verdict in VERDICTS
        ),
    ]


def horizon_tables(found: StoredBacktest, say: MessageCatalogue) -> list[Table]:
    """Return the table of all horizons, each by itself; none where there was but one."""
    rows = found.horizons
    if rows.empty:
        return []
    names = [
        say("backtest.horizons.row", days=say.write.count(days), origin=str(origin))
        for days, origin in zip(rows["horizon_days"], rows["origin"], strict=True)
    ]
    columns = measures(say, "backtest.horizons", **HORIZONS)
    title, note = say("backtest.horizons.title"), say("backtest.horizons.note")
    return [Table.of(title, rows, (say("horizons.horizon"), names), columns, note=note)]


def _board(found: StoredBacktest, say: MessageCatalogue) -> Table:
    board = found.leaderboard
    names = [say.label("contender", str(name)) for name in board["contender"]]
    details = [_meaning(found, str(name), say) for name in board["contender"]]
    columns = [
        Measure(say.label("metric", name), name, say.write.named(FORMATS[name]))
        for name in ON_BOARD
    ]
    title, head = say("backtest.board"), say("backtest.contender")
    return Table.of(
        title, board, (head, names), columns, details=details, note=say("backtest.board_note")
    )


def _meaning(found: StoredBacktest, name: str, say: MessageCatalogue) -> str:
    """Return the meaning of a contender; a plugin's contender has its own text."""
    key = f"backtest.contenders.{name}"
    own: Mapping[str, str] = found.summary.get("own_contenders", {})
    return say(key) if say.has(key) else own.get(name, "")


def _verdicts(found: StoredBacktest, say: MessageCatalogue) -> Table:
    rows = [_verdict_row(row, say) for row in _best(found).to_dict("records")]
    columns = [say(f"backtest.columns.{name}") for name in ("metric", "ours", "theirs", "other")]
    return Table(
        say("backtest.verdicts"),
        [*columns, say("backtest.columns.verdict")],
        rows,
        note=say("backtest.verdicts_note", resamples=str(found.summary["resamples"])),
        words=True,
    )


def _verdict_row(row: Mapping[Hashable, Any], say: MessageCatalogue) -> list[Cell]:
    form = FORMATS.get(row["metric"], "three")  # a plugin's metric is not listed
    tone, mark = VERDICTS[row["verdict"]]
    return [
        Cell(say.label("metric", row["metric"])),
        Cell(say.write.named(form)(row["ours"])),
        Cell(say.write.named(form)(row["theirs"])),
        Cell(say.label("contender", row["other"])),
        Cell(say(f"backtest.verdict.{row['verdict']}"), tone, mark),
    ]


def _totals(found: StoredBacktest, say: MessageCatalogue) -> Table:
    totals = pd.DataFrame(found.summary["totals"])
    totals["error"] = [
        ratio(predicted - actual, actual)
        for predicted, actual in zip(totals["expected_value"], totals["value"], strict=True)
    ]
    columns = [
        *common(say, "customers"),
        *measures(
            say,
            "backtest.columns",
            expected_value="total",
            value_low="total",
            value_high="total",
            value="total",
            error="signed_share",
            expected_buyers="count",
            buyers="count",
        ),
    ]
    days = [str(day) for day in totals["origin"]]
    return Table.of(say("backtest.totals"), totals, (say("backtest.columns.day"), days), columns)


def _coverage(found: StoredBacktest, say: MessageCatalogue) -> Table:
    """Return target and actual coverage of intervals and tier sets, shares over all origins."""
    whole = found.coverage[found.coverage["origin"].isna() & (found.coverage["by"] == "all")]
    chosen = whole.set_index("check").reindex(
        [one for one in CHECKS if one in set(whole["check"])]
    )
    # Older backtests have no checks of sums and no such column.
    sums = chosen["sums"] if "sums" in chosen else pd.Series(0, index=chosen.index)
    shown = chosen.assign(cases=sums.where(sums > 0, chosen["customers"]))
    columns = (
        Measure(say("backtest.coverage.target"), "predicted", say.write.share),
        Measure(say("backtest.coverage.actual"), "actual", say.write.share),
        Measure(say("backtest.coverage.cases"), "cases", say.write.count),
    )
    names = (
        say("backtest.coverage.check"),
        [say(f"backtest.coverage.{name}") for name in chosen.index],
    )
    return Table.of(
        say("backtest.coverage.title"), shown, names, columns, note=say("backtest.coverage.note")
    )


def _rule(found: StoredBacktest, say: MessageCatalogue) -> str:
    grade = found.summary["grade"]
    rule = say(
        f"backtest.rules.{grade['letter']}",
        worse=str(grade["most_worse"]),
        total=say.write.share(grade["total_error"]),
        ece=_points(grade["ece"]),
    )
    figures = grade["findings"]
    return say(
        "backtest.rule",
        letter=grade["letter"],
        rule=rule,
        worse=say.write.count(figures["worse"]),
        beaten=say.write.count(figures["rules_beaten"]),
        lost=say.write.count(figures["rules_lost"]),
        compared=say.write.count(figures["rules_compared"]),
        total=say.write.share(figures["total_error"]),
        ece=_points(figures["ece"]),
    )


def _points(share: float | None) -> str:
    """Return a share in percentage points."""
    return MISSING if share is None else f"{100 * share:.1f}"


def _best(found: StoredBacktest) -> pd.DataFrame:
    verdicts = found.verdicts
    return verdicts[verdicts["against"] == BEST]
