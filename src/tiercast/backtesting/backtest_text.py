"""A backtest in words: cells of its tables, how it was done, the grade with its rule."""

import math

import pandas as pd

from tiercast.backtesting.contenders import contenders_of, labels
from tiercast.backtesting.coverage import ALL, CHECKS, SIZE, SUM_CHECKS
from tiercast.backtesting.result import Backtest
from tiercast.backtesting.verdicts import BEST
from tiercast.modeling.bootstrap import MOST_DRAWN, RESAMPLES

SHOWN = {
    "auc": "AUC",
    "log_loss": "log loss",
    "ece": "ECE",
    "gini": "Gini",
    "rmse": "RMSE",
    "total_bias": "total",
    "top_10_capture": "top 10 %",
    "tier_accuracy": "tier hits",
    "tier_log_loss": "tier loss",
}
SHARES = ("total_bias", "top_10_capture", "tier_accuracy")
BOARD_HEADINGS = ("contender", *SHOWN.values())
VERDICT_HEADINGS = ("metric", "tiercast", "best other", "which", "difference, 95 %", "verdict")
TOTAL_HEADINGS = (
    "origin",
    "customers",
    "expected",
    "90 % interval",
    "came",
    "off",
    "buyers exp.",
    "buyers came",
)
COVERAGE_HEADINGS = ("check", "of", "told", "came")
UNKNOWN = "-"


def board_cells(found: Backtest) -> list[tuple[str, ...]]:
    """Return the leaderboard's rows of text, under `BOARD_HEADINGS`."""
    names = labels(found.plugins)
    return [
        (names.get(row["contender"], row["contender"]), *(_mean(row, name) for name in SHOWN))
        for _, row in found.leaderboard.iterrows()
    ]


def verdict_cells(found: Backtest) -> list[tuple[str, ...]]:
    """Return a row of text per metric against the best other, under `VERDICT_HEADINGS`."""
    best, names = found.verdicts[found.verdicts["against"] == BEST], labels(found.plugins)
    return [
        (
            str(row["metric"]),
            _number(row["ours"]),
            _number(row["theirs"]),
            names.get(row["other"], row["other"]),
            f"{_number(row['difference'])} ({_number(row['low'])} to {_number(row['high'])})",
            str(row["verdict"]),
        )
        for _, row in best.iterrows()
    ]


def total_cells(found: Backtest) -> list[tuple[str, ...]]:
    """Return a row of text per origin: what was expected in total and what came."""
    return [
        (
            str(row["origin"]),
            f"{row['customers']:,}",
            f"{row['expected_value']:,.0f}",
            f"{row['value_low']:,.0f} to {row['value_high']:,.0f}",
            f"{row['value']:,.0f}",
            f"{row['expected_value'] / row['value'] - 1:+.1%}" if row["value"] else UNKNOWN,
            f"{row['expected_buyers']:,.0f}",
            f"{row['buyers']:,}",
        )
        for _, row in found.totals.iterrows()
    ]


def coverage_cells(found: Backtest) -> list[tuple[str, ...]]:
    """Return the checks over all origins, without the deciles, under `COVERAGE_HEADINGS`."""
    meanings = {check.name: check.meaning for check in (*CHECKS, *SUM_CHECKS, SIZE)}
    rows = found.coverage[
        found.coverage["origin"].isna() & (found.coverage["by"] != "value decile")
    ]
    return [
        (
            meanings[row["check"]],
            _checked_of(row),
            _figure(row["told"]),
            _figure(row["came"]),
        )
        for _, row in rows.iterrows()
    ]


def _checked_of(row: pd.Series) -> str:
    """Return what a check looked at; of sums also how many: a share of few says little."""
    of = row["by"] if row["by"] == ALL else f"{row['by']} {row['group']}"
    return f"{of}, sums: {row['sums']}" if row["sums"] else of


def how_judged(found: Backtest) -> list[str]:
    """Return which days were forecast, by whom, and how differences were judged."""
    days = ", ".join(map(str, found.origins))
    lines = [
        f"Forecast from {days}: each with what was known then, {found.horizon_days} days ahead; "
        f"windows a horizon apart share no order. Trials at each: {found.trials}.",
        "Rules only rank: isotonic regression on the training rows gives them chance and value. "
        "Tier chances of all but tiercast come from their churn and value by one means.",
        f"Figures are means over origins. Interval: {RESAMPLES} resamples of the customers of "
        f"each origin (at most {MOST_DRAWN:,}), the same for both, seed {found.seed}; how times "
        "differ is not in it.",
        *(f"{one.label}: {one.meaning}." for one in contenders_of(found.plugins)),
    ]
    least = float(found.totals["share"].min())
    if least < 1:
        lines.append(f"Many customers: a hash of their id chose {least:.1%} of them, or more.")
    missing = [f"Not run from {m.origin}: {m.contender}; {m.reason}." for m in found.not_run]
    return [
        *lines,
        *found.notes,
        *missing,
        *(f"Left out: {one.origin}; {one.reason}" for one in found.skipped),
    ]


def grade_lines(found: Backtest) -> list[str]:
    """Return the grade, its rule and the figures it went by."""
    rule, figures = found.grade.rule, found.grade.findings
    return [
        f"Grade {rule.letter}: {rule.words}.",
        f"Rule: {rule.text}.",
        f"Found: {figures.worse} metrics (MAE aside) worse than the best other's beyond chance; "
        f"{figures.rules_beaten} of {figures.rules_compared} comparisons with simple rules won "
        f"beyond chance, {figures.rules_lost} lost; total off by {figures.total_error:.1%} on "
        f"average; ECE {figures.ece:.3f}.",
    ]


def _mean(row: pd.Series, name: str) -> str:
    value = float(row[name])
    if math.isnan(value):
        return UNKNOWN
    if name in SHARES:
        return f"{value:+.1%}" if name == "total_bias" else f"{value:.1%}"
    return f"{value:.4g}" if name == "rmse" else f"{value:.3f}"


def _number(value: float) -> str:
    return UNKNOWN if math.isnan(value) else f"{value:.4g}"


def _figure(value: float) -> str:
    if math.isnan(value):
        return UNKNOWN
    return f"{value:.3f}" if abs(value) < 1 else f"{value:,.1f}".removesuffix(".0")
