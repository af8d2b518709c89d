"""A comparison of churn definitions in text: the table, how it was measured, the best."""

from tiercast.config.message import MISSING
from tiercast.config.text_table import TextTable
from tiercast.definitions.candidates import SHORTEST_OWN_DAYS, USUAL_GAPS
from tiercast.definitions.churn_definition import ChurnDefinitions
from tiercast.definitions.outcomes import FEWEST_GAPS

COLUMNS = {
    "No order for": "{definition}",
    "Churned": "{churned_share:.1%}",
    "False churn": "{false_churn_share:.1%}",
    "Months to label": "{label_months:.1f}",
    "AUC": "{auc:.3f}",
    "AUC of silence": "{auc_by_silence:.3f}",
    "Customers": "{customers:,}",
    "Cutoffs": "{cutoffs}",
}


def summary(found: ChurnDefinitions) -> list[TextTable | str]:
    """Return the table and the sentences on it, in the order to read them."""
    title = f"Churn definitions of {found.name} compared as of {found.plan.as_of}"
    table = TextTable.of(title, COLUMNS, found.candidates.to_dict("records"))
    return [table, "", *how_measured(found), "", *advice(found)]


def how_measured(found: ChurnDefinitions) -> tuple[str, ...]:
    """Return on which customers it was measured, and what each column means."""
    followed = found.plan.follow_up_days
    return (
        _measured_on(found),
        "Churned: share without an order in the window after the cutoff.",
        f"False churn: share of the churned who ordered in the {followed} days after the window "
        f"({MISSING}: the window is longer than that, or nobody churned).",
        "Months to label: until the label is known (usual gaps: for the median customer).",
        "AUC: how well MBG/NBD, fitted before the cutoff, ranks who leaves. AUC of silence: how "
        "well days since the last order divided by the window rank them.",
        f"{', '.join(map(str, USUAL_GAPS))} usual gaps: that many times the customer's mean gap "
        f"between orders (the base's mean with fewer than {FEWEST_GAPS} gaps), at least "
        f"{min(SHORTEST_OWN_DAYS, followed)} and at most {followed} days.",
    )


def advice(found: ChurnDefinitions) -> tuple[str, ...]:
    """Return the rule, the recommendation (if any) with its reason, and the line of the config."""
    best = found.recommendation
    lines = [
        f"Rule: {found.rule}.",
        f"Recommended: {f'no order for {best.definition}' if best.definition else 'none'}.",
        f"Why: {best.reason}",
    ]
    if best.horizon_days is not None:
        lines.append(f"In the config: outlook: {{horizon_days: {best.horizon_days}}}")
    if found.training:
        lines.append(f"Training: {found.training}")
    return tuple(lines)


def _measured_on(found: ChurnDefinitions) -> str:
    cutoffs, days = found.plan.cutoffs, found.active_days
    who = "all customers" if found.share >= 1 else f"{found.share:.1%} of the customers, by hash,"
    before = "before it" if days is None else f"in the {days} days before it"
    span = f"{len(cutoffs)} past cutoffs from {cutoffs[0]} to {cutoffs[-1]}"
    return f"Measured at {span}, on {who} with an order {before}."
