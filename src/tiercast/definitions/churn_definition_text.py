"""A comparison of definitions in words: the table's cells, how it was measured, what to take."""

import math

import pandas as pd

from tiercast.definitions.candidates import SHORTEST_OWN_DAYS, USUAL_GAPS
from tiercast.definitions.churn_definition import ChurnDefinitions
from tiercast.definitions.outcomes import FEWEST_GAPS

HEADINGS = (
    "no order for",
    "churned",
    "false churn",
    "months",
    "AUC",
    "by silence",
    "customers",
    "cutoffs",
)
UNKNOWN = "-"


def definition_cells(row: pd.Series) -> tuple[str, ...]:
    """Return one candidate's row of text, under `HEADINGS`."""
    return (
        str(row["definition"]),
        _number(row["churned_share"], ".1%"),
        _number(row["false_churn_share"], ".1%"),
        _number(row["label_months"], ".1f"),
        _number(row["auc"], ".3f"),
        _number(row["auc_by_silence"], ".3f"),
        f"{row['customers']:,}",
        str(row["cutoffs"]),
    )


def how_measured(found: ChurnDefinitions) -> tuple[str, ...]:
    """Return on whom it was measured, and what each column means."""
    followed = found.plan.follow_up_days
    return (
        _measured_on(found),
        "churned: no order within the window after the cutoff.",
        f"false churn: of those churned, who came back in the {followed} days after the window "
        f"({UNKNOWN}: the window is longer than that, or nobody churned).",
        "months: until the label is known (usual gaps: for the median customer).",
        "AUC: how well MBG/NBD, fitted before the cutoff, ranks who leaves; by silence: how well "
        "days since the last order over the window do.",
        f"{', '.join(map(str, USUAL_GAPS))} usual gaps: so many times the customer's own mean gap "
        f"between orders (the base's, with fewer than {FEWEST_GAPS} gaps), at least "
        f"{min(SHORTEST_OWN_DAYS, followed)} and at most {followed} days.",
    )


def what_to_take(found: ChurnDefinitions) -> tuple[str, ...]:
    """Return the rule, the recommendation (if any) with its reason, and the line of the config."""
    advice = found.recommendation
    lines = [
        f"Rule: {found.rule}.",
        f"Recommended: {f'no order for {advice.definition}' if advice.definition else 'none'}.",
        f"Why: {advice.reason}",
    ]
    if advice.horizon_days is not None:
        lines.append(f"In the config: outlook: {{horizon_days: {advice.horizon_days}}}")
    if found.training:
        lines.append(f"Training: {found.training}")
    return tuple(lines)


def _measured_on(found: ChurnDefinitions) -> str:
    cutoffs, days = found.plan.cutoffs, found.active_days
    who = "all customers" if found.share >= 1 else f"{found.share:.1%} of the customers, by hash,"
    before = "before it" if days is None else f"in the {days} days before it"
    span = f"{len(cutoffs)} past cutoffs from {cutoffs[0]} to {cutoffs[-1]}"
    return f"Measured at {span}, on {who} with an order {before}."


def _number(value: float, form: str) -> str:
    return UNKNOWN if math.isnan(value) else format(value, form)
