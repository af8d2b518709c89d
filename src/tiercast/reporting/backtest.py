"""How tiercast does beside simple rules and other models, from past days judged alike."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import pandas as pd

from tiercast.reporting import numbers
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
)
from tiercast.reporting.stored_backtest import StoredBacktest

OURS = "tiercast"
BEST = "best other"
GRADES: Mapping[str, Grade] = {"A": "good", "B": "fair", "C": "weak", "D": "weak"}
# What the words of a grade let a reader expect of the figures, at the least.
PROMISED_BY: Mapping[str, Mapping[str, Grade]] = {
    "A": {"risks": "good", "total": "good"},
    "B": {"total": "fair"},
}
VERDICTS: Mapping[str, tuple[Tone, str]] = {
    "better": ("higher", "▲"),
    "tie": ("", ""),
    "worse": ("lower", "▼"),
}


def _fine(value: float) -> str:
    return numbers.MISSING if value != value else f"{value:.3f}"


# What each metric is, as a reader wants it written; the leaderboard shows the first of them.
WRITTEN: Mapping[str, Callable[[float], str]] = {
    "auc": _fine,
    "ece": _fine,
    "gini": _fine,
    "top_10_capture": numbers.share,
    "total_error": numbers.share,
    "tier_accuracy": numbers.share,
    "average_precision": _fine,
    "brier": _fine,
    "log_loss": _fine,
    "spearman": _fine,
    "mae": numbers.money,
    "rmse": numbers.money,
    "decile_error": numbers.share,
    "top_20_capture": numbers.share,
    "top_10_overlap": numbers.share,
    "top_20_overlap": numbers.share,
    "tier_log_loss": _fine,
}
ON_BOARD = tuple(WRITTEN)[:6]
PROMISES = ("interval", "tier_set", "total_inside", "tier_total_inside", "segment_total_inside")


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
        others=numbers.count(len(found.leaderboard) - 1),
    ) + _borne_out(letter, inputs, say)
    parts: list[Part] = [
        Note(_basis(found, say)),
        Cards(_cards(found, say)),
        _board(found, say),
        _verdicts(found, say),
        _totals(found, say),
        _doubt(found, say),
        Note(_rule(found, say)),
    ]
    title = say("backtest.title")
    return Section("backtest", title, headline, parts, grade=GRADES[letter])


def _borne_out(letter: str, inputs: Inputs, say: MessageCatalogue) -> str:
    """Return in what graded scores did worse than a grade promises; "" where they did not."""
    promised = PROMISED_BY.get(letter, {})
    graded = of_graded(inputs)
    worse = [
        say(f"quality.what.{what}")
        for what, least in promised.items()
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
        Card(numbers.share(figures["total_error"]), say("backtest.cards.total")),
        Card(f"{100 * figures['ece']:.1f}", say("backtest.cards.ece")),
        *(
            Card(numbers.count(counts.get(verdict, 0)), say(f"backtest.cards.{verdict}"))
            for verdict in VERDICTS
        ),
    ]


def _board(found: StoredBacktest, say: MessageCatalogue) -> Table:
    board = found.leaderboard
    names = [say.label("contender", str(name)) for name in board["contender"]]
    details = [_meaning(found, str(name), say) for name in board["contender"]]
    measures = [Measure(say.label("metric", name), name, WRITTEN[name]) for name in ON_BOARD]
    title, head = say("backtest.board"), say("backtest.contender")
    return Table.of(
        title, board, (head, names), measures, details=details, note=say("backtest.board_note")
    )


def _meaning(found: StoredBacktest, name: str, say: MessageCatalogue) -> str:
    """Return what a contender is; one that a plugin added says so itself."""
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
    written = WRITTEN.get(row["metric"], _fine)  # a plugin's metric is none of these
    tone, mark = VERDICTS[row["verdict"]]
    return [
        Cell(say.label("metric", row["metric"])),
        Cell(written(row["ours"])),
        Cell(written(row["theirs"])),
        Cell(say.label("contender", row["other"])),
        Cell(say(f"backtest.verdict.{row['verdict']}"), tone, mark),
    ]


def _totals(found: StoredBacktest, say: MessageCatalogue) -> Table:
    totals = pd.DataFrame(found.summary["totals"])
    totals["off"] = [
        numbers.ratio(told - came, came)
        for told, came in zip(totals["expected_value"], totals["value"], strict=True)
    ]
    measures = (
        Measure(say("common.customers"), "customers", numbers.count),
        Measure(say("backtest.columns.expected"), "expected_value", numbers.total),
        Measure(say("backtest.columns.low"), "value_low", numbers.total),
        Measure(say("backtest.columns.high"), "value_high", numbers.total),
        Measure(say("backtest.columns.came"), "value", numbers.total),
        Measure(say("backtest.columns.error"), "off", numbers.signed_share),
        Measure(say("backtest.columns.buyers_expected"), "expected_buyers", numbers.count),
        Measure(say("backtest.columns.buyers_came"), "buyers", numbers.count),
    )
    days = [str(day) for day in totals["origin"]]
    return Table.of(say("backtest.totals"), totals, (say("backtest.columns.day"), days), measures)


def _doubt(found: StoredBacktest, say: MessageCatalogue) -> Table:
    """Return how often what was promised to hold nine times in ten did hold."""
    whole = found.coverage[found.coverage["origin"].isna() & (found.coverage["by"] == "all")]
    kept = whole.set_index("check").reindex(
        [one for one in PROMISES if one in set(whole["check"])]
    )
    # Backtests of before there were checks of sums hold no such column.
    sums = kept["sums"] if "sums" in kept else pd.Series(0, index=kept.index)
    shown = kept.assign(cases=sums.where(sums > 0, kept["customers"]))
    measures = (
        Measure(say("backtest.doubt.told"), "predicted", numbers.share),
        Measure(say("backtest.doubt.came"), "actual", numbers.share),
        Measure(say("backtest.doubt.cases"), "cases", numbers.count),
    )
    names = (say("backtest.doubt.check"), [say(f"backtest.doubt.{name}") for name in kept.index])
    return Table.of(
        say("backtest.doubt.title"), shown, names, measures, note=say("backtest.doubt.note")
    )


def _rule(found: StoredBacktest, say: MessageCatalogue) -> str:
    grade = found.summary["grade"]
    rule = say(
        f"backtest.rules.{grade['letter']}",
        worse=str(grade["most_worse"]),
        total=numbers.share(grade["total_error"]),
        ece=_points(grade["ece"]),
    )
    figures = grade["findings"]
    return say(
        "backtest.rule",
        letter=grade["letter"],
        rule=rule,
        worse=numbers.count(figures["worse"]),
        beaten=numbers.count(figures["rules_beaten"]),
        lost=numbers.count(figures["rules_lost"]),
        compared=numbers.count(figures["rules_compared"]),
        total=numbers.share(figures["total_error"]),
        ece=_points(figures["ece"]),
    )


def _points(share: float | None) -> str:
    """Return a share in percentage points."""
    return numbers.MISSING if share is None else f"{100 * share:.1f}"


def _best(found: StoredBacktest) -> pd.DataFrame:
    verdicts = found.verdicts
    return verdicts[verdicts["against"] == BEST]
