"""Rules of readiness for contacts alone: arms to compare, outcomes, and what was known before."""

from tiercast.campaigns.effects import SUSPICIOUS
from tiercast.readiness.rule import (
    ReadinessRule,
    at_least,
    at_most,
    error,
    recommendation,
    warning,
)

FEW = 100  # customers in an arm

EXPERIMENT_RULES: tuple[ReadinessRule, ...] = (
    at_least(
        "comparable_campaigns",
        "campaigns with two arms or more, each customer in one",
        "rows",
        lambda facts: facts.comparable,
        error(
            1,
            "give each contact the `arm` that its customer was drawn for, those left alone, too",
            yields=False,
        ),
    ),
    at_least(
        "campaign_outcomes",
        "outcomes that differ between customers",
        "rows",
        lambda facts: facts.outcomes,
        error(
            1,
            "name columns of what followed in `outcomes`; one value for all shows no effect",
            yields=False,
        ),
    ),
    at_most(
        "contacts_without_arm",
        "share of contacts without an arm",
        "share",
        lambda facts: facts.without_arm,
        warning(0.0, "campaigns with such contacts cannot be measured; fill `arm`"),
    ),
    at_most(
        "several_arms",
        "customers in several arms of a campaign",
        "customers",
        lambda facts: facts.in_several,
        warning(0, "their campaigns cannot be measured; keep the arm that each was drawn for"),
    ),
    at_least(
        "smallest_arm",
        "customers in the smallest arm of a campaign",
        "customers",
        lambda facts: facts.smallest_arm,
        warning(FEW, "intervals of effects will be wide; only large effects can be seen"),
    ),
    at_least(
        "equal_arms",
        "chance of arms of such sizes, if all were planned equal",
        "auc",
        lambda facts: facts.equal_shares_p,
        warning(
            SUSPICIOUS,
            "if other shares were planned, `tiercast experiment measure` needs them "
            "(`--shares`); if not, somebody was lost or added after the draw",
        ),
    ),
    at_most(
        "control_arm",
        "campaigns none of whose arms is called control",
        "rows",
        lambda facts: facts.without_control,
        recommendation(0, "say which arm was left alone: `--control ARM`"),
    ),
    at_least(
        "known_before",
        "columns of `customers`, known before the campaigns",
        "rows",
        lambda facts: facts.known_before,
        recommendation(1, "`tiercast experiment target` finds whom to treat by them"),
    ),
    at_most(
        "contacts_excluded",
        "share of contacts that break a rule",
        "share",
        lambda facts: facts.rows_aside,
        warning(0.05, "see the data report for the rules that they break"),
    ),
)
