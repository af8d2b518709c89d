"""A backtest in text: its tables, how it was done, and the grade with its rule."""

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import pandas as pd

from tiercast.backtesting.contender import Contender
from tiercast.backtesting.contenders import OF_CONTRACTS, contenders_of, labels
from tiercast.backtesting.coverage import ALL, CHECKS, SIZE, SUM_CHECKS
from tiercast.backtesting.result import Backtest
from tiercast.backtesting.verdicts import BEST
from tiercast.config.message import MISSING, Message, filled, named
from tiercast.config.text_table import TextTable
from tiercast.modeling.bootstrap import MOST_DRAWN, RESAMPLES

LEADERBOARD = {
    "Model": "{label!t}",
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
    "Other model": "{label!t}",
    "Difference (95 % interval)": "{difference:.4g} ({low:.4g} to {high:.4g})",
    "Verdict": "{verdict!t}",
}
TOTALS = {
    "Origin": "{origin}",
    "Customers": "{customers:,}",
    "Predicted": "{expected_value:money}",
    "90 % interval": "{value_low:money} to {value_high:money}",
    "Actual": "{value:money}",
    "Error": "{error:+.1%}",
    "Buyers predicted": "{expected_buyers:,.0f}",
    "Buyers actual": "{buyers:,}",
}
HORIZONS = {
    "Horizon": "{horizon_days:,} days",
    "Origin": "{origin}",
    "Customers": "{customers:,}",
    "Log loss": "{log_loss:.3f}",
    "Brier": "{brier:.3f}",
    "ECE": "{ece:.3f}",
    "By chance alone": "{ece_by_chance:.3f}",
    "Values inside": "{interval:.1%}",
    "Predicted": "{expected_value:money}",
    "90 % interval": "{value_low:money} to {value_high:money}",
    "Actual": "{value:money}",
}
COVERAGE = {
    "Check": "{meaning!t}",
    "Group": "{of}",
    "Predicted": "{predicted}",
    "Actual": "{actual}",
}


def summary(found: Backtest) -> list[TextTable | str]:
    """Return the tables and sentences on a backtest, in the order to read them."""
    names, totals = labels(found.plugins), found.totals
    best = found.verdicts[found.verdicts["against"] == BEST]
    error = totals["expected_value"] / totals["value"].where(totals["value"] != 0) - 1
    title = Message.of("Backtest of {name} as of {as_of}", name=found.name, as_of=found.as_of)
    return [
        _table(title, LEADERBOARD, _labelled(found.leaderboard, "contender", names)),
        "",
        *how_judged(found),
        "",
        _table("tiercast against the best other model", VERDICTS, _labelled(best, "other", names)),
        "",
        _table("Totals by origin", TOTALS, totals.assign(error=error)),
        "",
        *_horizons(found),
        TextTable.of("Coverage and calibration of tiercast", COVERAGE, _checked(found.coverage)),
        "",
        *grade_lines(found),
        Message.of("Tables: {folder}/", folder=found.folder),
    ]


def _horizons(found: Backtest) -> list[TextTable | str]:
    """Return the table of horizons; nothing where there is but one."""
    if found.horizons["horizon_days"].nunique() < 2:
        return []
    return [_table("Each horizon by itself", HORIZONS, found.horizons), ""]


def _table(title: str, columns: dict[str, str], frame: pd.DataFrame) -> TextTable:
    return TextTable.of(title, columns, frame.to_dict("records"))


def _labelled(frame: pd.DataFrame, column: str, names: dict[str, str]) -> pd.DataFrame:
    return frame.assign(label=[names.get(name, name) for name in frame[column]])


def _checked(coverage: pd.DataFrame) -> Iterator[Mapping[Hashable, Any]]:
    """Return the checks over all origins as text, without those of value deciles.

    Of sums the group names how many there are: a share of few says little.
    """
    meanings = {check.name: check.meaning for check in (*CHECKS, *SUM_CHECKS, SIZE)}
    rows = coverage[coverage["origin"].isna() & (coverage["by"] != "value decile")]
    for row in rows.to_dict("records"):
        yield {
            "meaning": meanings.get(row["check"]),
            "of": _group(row),
            "predicted": _figure(row["predicted"]),
            "actual": _figure(row["actual"]),
        }


def _group(row: Mapping[Hashable, Any]) -> str:
    group = "{by!t}" if row["by"] == ALL else "{by!t} {group}"
    return filled(
        "{of}, sums: {sums}" if row["sums"] else "{of}",
        {**row, "of": filled(group, named_tier(row))},
    )


def named_tier(row: Mapping[Hashable, Any]) -> Mapping[Hashable, Any]:
    """Return a row whose group is a tier with a label."""
    return {**row, "group": named("tier", row["group"])}


def _figure(value: float) -> str:
    if value != value:
        return MISSING
    return f"{value:.3f}" if abs(value) < 1 else f"{value:,.1f}".removesuffix(".0")


def how_judged(found: Backtest) -> list[str]:
    """Return which days were forecast, by which models, and how differences were judged."""
    lines = [
        Message.of(
            "Origins: {found.origins}. Each model used only what was known at the origin and "
            "forecast the next {found.horizon_days} days; windows a horizon apart share no order. "
            "Trials at each origin: {found.trials}.",
            found=found,
        ),
        Message.of(
            "Simple rules only rank: isotonic regression on the training rows gives them a "
            "probability and a value. Tier probabilities of all models but tiercast are derived "
            "from their churn and value in one way."
        ),
        Message.of(
            "Figures are means over origins. Interval: {resamples} resamples of the customers of "
            "each origin (at most {most:,}), the same for both models, seed {seed}; it does not "
            "include how origins differ.",
            resamples=RESAMPLES,
            most=MOST_DRAWN,
            seed=found.seed,
        ),
        *(filled("{label!t}: {meaning!t}.", vars(one)) for one in _contenders(found)),
    ]
    least = float(found.totals["share"].min())
    if least < 1:
        sampled = "Large base: a hash of the id sampled {share:.1%} of customers, or more."
        lines.append(Message.of(sampled, share=least))
    not_run, left_out = (
        "Not run at {origin}: {contender}; {reason}.",
        "Origin left out: {origin}; {reason}",
    )
    return [
        *lines,
        *found.notes,
        *(filled(not_run, vars(one)) for one in found.not_run),
        *(filled(left_out, vars(one)) for one in found.skipped),
    ]


def grade_lines(found: Backtest) -> list[str]:
    """Return the grade, its rule and the figures it is based on."""
    rule, figures = found.grade.rule, found.grade.findings
    return [
        Message.of("Grade {letter}: {words!t}.", letter=rule.letter, words=rule.words),
        Message.of("Rule: {rule}.", rule=rule.text),
        filled(
            "Found: {worse} metrics (MAE aside) worse than the best other's beyond chance; "
            "{rules_beaten} of {rules_compared} comparisons with simple rules won beyond chance, "
            "{rules_lost} lost; total off by {total_error:.1%} on average; ECE {ece:.3f}.",
            vars(figures),
        ),
    ]


def _contenders(found: Backtest) -> list[Contender]:
    """Return the contenders that forecast the base, in their order."""
    names = set(found.leaderboard["contender"]) | {one.contender for one in found.not_run}
    every = (*OF_CONTRACTS, *contenders_of(found.plugins))
    return [one for one in every if one.name in names]
