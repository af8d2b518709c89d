"""A backtest in text: its tables, how it was done, and the grade with its rule."""

import pandas as pd

from tiercast.backtesting.contenders import contenders_of, labels
from tiercast.backtesting.coverage import ALL, CHECKS, SIZE, SUM_CHECKS
from tiercast.backtesting.result import Backtest
from tiercast.backtesting.verdicts import BEST
from tiercast.config.message import MISSING
from tiercast.config.text_table import TextTable
from tiercast.modeling.bootstrap import MOST_DRAWN, RESAMPLES

LEADERBOARD = {
    "Model": "{label}",
    "AUC": "{auc:.3f}",
    "Log loss": "{log_loss:.3f}",
    "ECE": "{ece:.3f}",
    "Gini": "{gini:.3f}",
    "RMSE": "{rmse:.4g}",
    "Total bias": "{total_bias:+.1%}",
    "Top 10 %": "{top_10_capture:.1%}",
    "Tier accuracy": "{tier_accuracy:.1%}",
    "Tier log loss": "{tier_log_loss:.3f}",
}
VERDICTS = {
    "Metric": "{metric}",
    "tiercast": "{ours:.4g}",
    "Best other": "{theirs:.4g}",
    "Other model": "{label}",
    "Difference (95 % interval)": "{difference:.4g} ({low:.4g} to {high:.4g})",
    "Verdict": "{verdict}",
}
TOTALS = {
    "Origin": "{origin}",
    "Customers": "{customers:,}",
    "Predicted": "{expected_value:,.0f}",
    "90 % interval": "{value_low:,.0f} to {value_high:,.0f}",
    "Actual": "{value:,.0f}",
    "Error": "{error:+.1%}",
    "Buyers predicted": "{expected_buyers:,.0f}",
    "Buyers actual": "{buyers:,}",
}
COVERAGE = {
    "Check": "{meaning}",
    "Group": "{of}",
    "Predicted": "{predicted}",
    "Actual": "{actual}",
}


def summary(found: Backtest) -> list[TextTable | str]:
    """Return the tables and sentences on a backtest, in the order to read them."""
    names, totals = labels(found.plugins), found.totals
    best = found.verdicts[found.verdicts["against"] == BEST]
    error = totals["expected_value"] / totals["value"].where(totals["value"] != 0) - 1
    title = f"Backtest of {found.name} as of {found.as_of}"
    return [
        _table(title, LEADERBOARD, _labelled(found.leaderboard, "contender", names)),
        "",
        *how_judged(found),
        "",
        _table("tiercast against the best other model", VERDICTS, _labelled(best, "other", names)),
        "",
        _table("Totals by origin", TOTALS, totals.assign(error=error)),
        "",
        _table("Coverage and calibration of tiercast", COVERAGE, _checked(found.coverage)),
        "",
        *grade_lines(found),
        f"Tables: {found.folder}/",
    ]


def _table(title: str, columns: dict[str, str], frame: pd.DataFrame) -> TextTable:
    return TextTable.of(title, columns, frame.to_dict("records"))


def _labelled(frame: pd.DataFrame, column: str, names: dict[str, str]) -> pd.DataFrame:
    return frame.assign(label=[names.get(name, name) for name in frame[column]])


def _checked(coverage: pd.DataFrame) -> pd.DataFrame:
    """Return the checks over all origins as text, without those of value deciles.

    Of sums the group names how many there are: a share of few says little.
    """
    meanings = {check.name: check.meaning for check in (*CHECKS, *SUM_CHECKS, SIZE)}
    rows = coverage[coverage["origin"].isna() & (coverage["by"] != "value decile")]
    whole = rows["by"] == ALL
    group = rows["by"].where(whole, rows["by"] + " " + rows["group"])
    return rows.assign(
        meaning=rows["check"].map(meanings),
        of=group.where(rows["sums"] == 0, group + ", sums: " + rows["sums"].astype(str)),
        predicted=rows["predicted"].map(_figure),
        actual=rows["actual"].map(_figure),
    )


def _figure(value: float) -> str:
    if value != value:
        return MISSING
    return f"{value:.3f}" if abs(value) < 1 else f"{value:,.1f}".removesuffix(".0")


def how_judged(found: Backtest) -> list[str]:
    """Return which days were forecast, by which models, and how differences were judged."""
    days = ", ".join(map(str, found.origins))
    lines = [
        f"Origins: {days}. Each model used only what was known at the origin and forecast the "
        f"next {found.horizon_days} days; windows a horizon apart share no order. Trials at each "
        f"origin: {found.trials}.",
        "Simple rules only rank: isotonic regression on the training rows gives them a "
        "probability and a value. Tier probabilities of all models but tiercast are derived from "
        "their churn and value in one way.",
        f"Figures are means over origins. Interval: {RESAMPLES} resamples of the customers of "
        f"each origin (at most {MOST_DRAWN:,}), the same for both models, seed {found.seed}; it "
        "does not include how origins differ.",
        *(f"{one.label}: {one.meaning}." for one in contenders_of(found.plugins)),
    ]
    least = float(found.totals["share"].min())
    if least < 1:
        lines.append(f"Large base: a hash of the id sampled {least:.1%} of customers, or more.")
    return [
        *lines,
        *found.notes,
        *(f"Not run at {one.origin}: {one.contender}; {one.reason}." for one in found.not_run),
        *(f"Origin left out: {one.origin}; {one.reason}" for one in found.skipped),
    ]


def grade_lines(found: Backtest) -> list[str]:
    """Return the grade, its rule and the figures it is based on."""
    rule, figures = found.grade.rule, found.grade.findings
    return [
        f"Grade {rule.letter}: {rule.words}.",
        f"Rule: {rule.text}.",
        f"Found: {figures.worse} metrics (MAE aside) worse than the best other's beyond chance; "
        f"{figures.rules_beaten} of {figures.rules_compared} comparisons with simple rules won "
        f"beyond chance, {figures.rules_lost} lost; total off by {figures.total_error:.1%} on "
        f"average; ECE {figures.ece:.3f}.",
    ]
