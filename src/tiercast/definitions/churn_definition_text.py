"""A comparison of churn definitions in text: the table, how it was measured, the best."""

from tiercast.config.message import MISSING, Message
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
    title = Message.of(
        "Churn definitions of {name} compared as of {as_of}",
        name=found.name,
        as_of=found.plan.as_of,
    )
    table = TextTable.of(title, COLUMNS, found.candidates.to_dict("records"))
    return [table, "", *how_measured(found), "", *advice(found)]


def how_measured(found: ChurnDefinitions) -> tuple[str, ...]:
    """Return on which customers it was measured, and what each column means."""
    followed = found.plan.follow_up_days
    return (
        _measured_on(found),
        Message.of("Churned: share without an order in the window after the cutoff."),
        Message.of(
            "False churn: share of the churned who ordered in the {days} days after the window "
            "({missing}: the window is longer than that, or nobody churned).",
            days=followed,
            missing=MISSING,
        ),
        Message.of(
            "Months to label: until the label is known (usual gaps: for the median customer)."
        ),
        Message.of(
            "AUC: how well MBG/NBD, fitted before the cutoff, ranks who leaves. AUC of silence: "
            "how well days since the last order divided by the window rank them."
        ),
        Message.of(
            "{gaps} usual gaps: that many times the customer's mean gap between orders (the "
            "base's mean with fewer than {fewest} gaps), at least {shortest} and at most "
            "{days} days.",
            gaps=USUAL_GAPS,
            fewest=FEWEST_GAPS,
            shortest=min(SHORTEST_OWN_DAYS, followed),
            days=followed,
        ),
    )


def advice(found: ChurnDefinitions) -> tuple[str, ...]:
    """Return the rule, the recommendation (if any) with its reason, and the line of the config."""
    best = found.recommendation
    lines = [
        Message.of("Rule: {rule}.", rule=found.rule),
        Message.of("Recommended: no order for {definition}.", definition=best.definition)
        if best.definition
        else Message.of("Recommended: none."),
        Message.of("Why: {reason}", reason=best.reason),
    ]
    if best.horizon_days is not None:
        line = "In the config: outlook: {{horizon_days: {days}}}"
        lines.append(Message.of(line, days=best.horizon_days))
    if found.training:
        lines.append(Message.of("Training: {training}", training=found.training))
    return tuple(lines)


def _measured_on(found: ChurnDefinitions) -> str:
    cutoffs, days = found.plan.cutoffs, found.active_days
    who = "all customers" if found.share >= 1 else "{share:.1%} of the customers, by hash,"
    before = "before it" if days is None else "in the {days} days before it"
    return Message.of(
        "Measured at {count} past cutoffs from {first} to {last}, on {who} with an order "
        "{before}.",
        count=len(cutoffs),
        first=cutoffs[0],
        last=cutoffs[-1],
        who=Message.of(who, share=found.share),
        before=Message.of(before, days=days),
    )
