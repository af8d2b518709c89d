"""The model card: target, training data, evaluation, limits."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import pandas as pd

from tiercast.config.schema import Config
from tiercast.config.text_table import markdown_table
from tiercast.fairness.result import Fairness
from tiercast.snapshots.grid import GridAhead
from tiercast.training.evaluation import metrics_of_rows
from tiercast.training.fairness import fairness_text
from tiercast.training.fitting import FittedModel, feature_importance
from tiercast.training.gate import GateDecision
from tiercast.training.group_card import groups_part
from tiercast.training.learning_curve import LearningCurve
from tiercast.training.panel import Panel, describe_sample

LEAST_UNTREATED = 200  # customers at a cutoff: fewer are no ground for a grade
KEYS = ["customer_id", "as_of"]


SHOWN = (
    ("auc", "AUC (who leaves)"),
    ("log_loss", "log loss"),
    ("ece", "gap between risk and share who left (ECE)"),
    ("gini", "normalised Gini of value"),
    ("total_bias", "error of the total value"),
    ("interval_coverage", "values inside the 90 % interval"),
    ("tier_set_coverage", "true tier inside the tier set"),
)


@dataclass(frozen=True)
class Treatment:
    """The share of customers contacted within each judged window, and the metrics of the others.

    Both are by cutoff; `untreated` has none where fewer than 200 customers were not contacted.
    """

    contacted: dict[Any, float]
    untreated: dict[Any, dict[str, float]]

    @classmethod
    def of(cls, predictions: pd.DataFrame, contacted: pd.DataFrame | None) -> Self | None:
        """Return it for past forecasts; None without contacts or forecasts.

        `contacted` has customer_id and as_of of who was contacted within the horizon.
        """
        if contacted is None or predictions.empty:
            return None
        keys = pd.MultiIndex.from_frame(contacted[KEYS])
        was = pd.Series(pd.MultiIndex.from_frame(predictions[KEYS]).isin(keys))
        others = predictions[~was.to_numpy()]
        days = list(dict.fromkeys(predictions["as_of"]))
        shares = {day: float(was[(predictions["as_of"] == day).to_numpy()].mean()) for day in days}
        parts = {day: others[others["as_of"] == day] for day in days}
        enough = {day: rows for day, rows in parts.items() if len(rows) >= LEAST_UNTREATED}
        return cls(shares, {day: metrics_of_rows(rows) for day, rows in enough.items()})


def model_card(
    panel: Panel,
    config: Config,
    fitted: FittedModel,
    decision: GateDecision,
    curve: LearningCurve,
    fairness: Fairness | None = None,
) -> str:
    """Return the card as Markdown."""
    parts = [
        _head(panel, config, fitted),
        _quality(fitted),
        _treatment(Treatment.of(fitted.evaluation.predictions, panel.contacted)),
        _certainty(fitted),
        _level(panel, fitted),
        _horizons(panel, fitted),
        groups_part(config.by, fitted.groups),
        _curve(curve),
        _segments(fitted),
        features_part(feature_importance(fitted.model.outlook)),
        fairness_text(fairness),
        gate_part(decision),
        _limits(panel),
    ]
    return "\n".join(part for part in parts if part)


def _head(panel: Panel, config: Config, fitted: FittedModel) -> str:
    outlook, plugins = config.outlook, fitted.model.facts.plugins
    named = ", ".join(f"{name} {version}" for name, version in plugins.items())
    added = f" It needs the plugins {named}." if named else ""
    return (
        f"# {config.name}, trained as of {panel.as_of}\n\n"
        f"Predicts, for every customer with an order: the chance of no order within "
        f"{outlook.horizon_days} days, the {outlook.value} within them, the tier "
        f"({', '.join(config.tiers.names)}) and how sure each is.\n\n"
        f"Trained on {describe_sample(panel, config)}.{added}\n{_grid(panel)}"
    )


def _grid(panel: Panel) -> str:
    """Return what the numbers are of where orders lie on certain days alone."""
    if panel.grid is None:
        return ""
    ahead = GridAhead.of(panel.grid, panel.as_of, panel.plan.horizon_days)
    return (
        f"\n{ahead.describe()} It was trained on windows of {panel.plan.window_days} days that "
        "held as many, as far from the last such day; its numbers are of so many, and of no other "
        "number.\n"
    )


def _quality(fitted: FittedModel) -> str:
    record = fitted.evaluation.by_cutoff
    table = markdown_table(("forecast made on", *record), metric_rows(record.values()))
    return (
        f"## Evaluation\n\nJudged on {fitted.evaluation_kind}; level and scatter for each "
        "column come from the other columns, whose windows overlap with it; the newest were used "
        f"for tuning: a later window will be somewhat less kind.\n\n{table}\n"
    )


def _treatment(found: Treatment | None) -> str:
    """Return how much of each judged window was treated; "" without contacts."""
    if found is None:
        return ""
    days = list(found.contacted)
    contacted = ("contacted within the window", *(f"{found.contacted[day]:.1%}" for day in days))
    shown = [(name, f"others: {words}") for name, words in SHOWN]
    rows = metric_rows([found.untreated.get(day, {}) for day in days], shown)
    table = markdown_table(("customers judged", *days), [contacted, *rows])
    return (
        "## Campaigns\n\nA campaign changes what it is measured by: who was contacted may have "
        "stayed because of it. Forecasts include such effects as the past had them. The figures "
        f"of the others are given where they are at least {LEAST_UNTREATED} customers:\n\n"
        f"{table}\n"
    )


def _certainty(fitted: FittedModel) -> str:
    certainty = fitted.model.facts.certainty
    return f"## Churn is certain\n\n{certainty[:1].upper()}{certainty[1:]}.\n" if certainty else ""


def _level(panel: Panel, fitted: FittedModel) -> str:
    outlook = fitted.model.outlook
    calibration, ensemble = outlook.calibration, outlook.ensemble
    cuts = ", ".join(f"{cut:,.2f}" for cut in outlook.tier_cuts)
    weights = ", ".join(
        f"{name} {weight:.0%}"
        for name, weight in zip(outlook.components.names, ensemble.weights, strict=True)
    )
    low, high = outlook.total_uncertainty.interval(1.0, 0.0)
    return (
        f"## Level and season\n\n{panel.season.describe()}\n\n"
        f"Ensemble weights, fitted to past folds: {weights}. In the level the BTYD models have a "
        f"weight of {ensemble.btyd_chance:.0%} for the share of buyers and "
        f"{ensemble.btyd_total:.0%} for the total. The calibration shifts the log odds "
        f"of an order by {calibration.shift:+.3f} and the value given an order by "
        f"{calibration.log_scale:+.1%} (log scale). The total of a base may be off by its level "
        f"alone from {low - 1:+.0%} to {high - 1:+.0%} (90 % interval). Tiers are cut at {cuts}.\n"
    )


def _horizons(panel: Panel, fitted: FittedModel) -> str:
    """Return what is known of each further horizon, and of those that were left out."""
    further, days = fitted.further_metrics, [one.plan.horizon_days for one in panel.further]
    missing = "".join(f"\n{one.describe()}\n" for one in panel.left_out)
    if not days:
        return f"## Further horizons\n{missing}" if missing else ""
    shown = [(name, words) for name, words in SHOWN if not name.startswith("tier")]
    cutoffs = ("cutoffs to train on", *(len(one.cutoffs) for one in panel.further))
    rows = metric_rows([further[one] for one in days], shown)
    table = markdown_table(("horizon", *(f"{one} days" for one in days)), [cutoffs, *rows])
    return (
        "## Further horizons\n\nEach has its own trees, calibration and uncertainty, with the "
        f"tree parameters of the main horizon of {panel.plan.horizon_days} days. Means over past "
        f"cutoffs of its own; horizons cannot be compared with each other:\n\n{table}\n{missing}"
    )


def _curve(curve: LearningCurve) -> str:
    frame = curve.frame()
    if frame.empty:
        return "## Would more data help?\n\nThe history is too short to say.\n"
    rows = [
        (f"{row.customers:,}", row.cutoffs, f"{row.auc:.4f}", f"{row.log_loss:.4f}")
        for row in frame.itertuples()
    ]
    return (
        f"## Would more data help?\n\n{curve.describe()} The newest past cutoff, forecast from "
        "parts of the data before it, with the level calibrated:\n\n"
        f"{markdown_table(('customers', 'past cutoffs', 'AUC', 'log loss'), rows)}\n"
    )


def _segments(fitted: FittedModel) -> str:
    segments = fitted.model.segments
    words = segments.describe("en")
    rows = [
        (name, words[name], f"{stable:.2f}")
        for name, stable in zip(segments.names_, segments.stability_, strict=True)
    ]
    tried = segments.selection_.to_dict("records")
    choices = "; ".join(
        f"{row['segments']}{' (chosen)' if row['chosen'] else ''}: {row['silhouette']:.2f}, "
        f"{row['stability']:.2f}"
        for row in tried
    )
    return (
        f"## Segments\n\n{markdown_table(('segment', 'differs by', 'stability'), rows)}\n\n"
        "Stability is the mean Jaccard overlap with the same segment found in resampled "
        f"customers. Numbers of segments tried, with silhouette and stability: {choices}.\n"
    )


def features_part(gain: pd.DataFrame) -> str:
    """Return the ten features with the largest shares of gain as Markdown."""
    rows = [(f"`{row.feature}`", f"{row.share:.1%}") for row in gain.head(10).itertuples()]
    return f"## Feature importance\n\n{markdown_table(('feature', 'share of gain'), rows)}\n"


def gate_part(decision: GateDecision) -> str:
    """Return what the gate decided, and what it went by, as Markdown."""
    return f"## Gate\n\n{decision.outcome}: {decision.reason}.{_gate_figures(decision)}\n"


def _limits(panel: Panel) -> str:
    lines = ["It predicts what happens if you go on as before, not what a campaign would change."]
    if panel.outlying is not None:
        lines.append(f"{_sentence(panel.outlying.describe())}.")
    if panel.plan.missing:
        lines.append(
            f"{panel.plan.missing} of {panel.plan.wanted} cutoffs lie before the history begins."
        )
    return limits_part(lines)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _gate_figures(decision: GateDecision) -> str:
    if decision.difference is None:
        return ""
    rows = [
        (name, *(f"{decision.figures[f'{of}_{name}']:.4f}" for of in ("challenger", "champion")))
        for name in (decision.metric, "total_error", "interval_coverage")
    ]
    table = markdown_table(("on that day", "this version", "champion"), rows, rule=" --- ")
    return (
        f" {decision.metric} against version {decision.champion_version} on "
        f"{decision.compared_at}: {decision.difference:+.5f} "
        f"(95 % interval {decision.low:+.5f} to {decision.high:+.5f}). "
        f"The champion's forecasts are {decision.champion_basis}.\n\n"
        f"{table}"
    )


def limits_part(lines: Iterable[str]) -> str:
    """Return the limits, one on a line, as Markdown."""
    return "## Limits\n\n" + "\n".join(f"- {line}" for line in lines) + "\n"


def metric_rows(
    columns: Collection[Mapping[str, float]], shown: Iterable[tuple[str, str]] = SHOWN
) -> list[tuple[str, ...]]:
    """Return a row for each metric: its words, then each column's; "" where it is undefined."""
    return [
        (words, *(f"{one[name]:.3f}" if name in one else "" for one in columns))
        for name, words in shown
    ]
