"""All rules of readiness: what is measured, its limits, and the remedies."""

from tiercast.readiness.customer_rules import CUSTOMER_RULES
from tiercast.readiness.facts import BaseFacts
from tiercast.readiness.profiles import MOST_EXPLAINED
from tiercast.readiness.rule import ReadinessRule, at_most, error, recommendation, warning
from tiercast.readiness.time_rules import TIME_RULES
from tiercast.readiness.value_rules import VALUE_RULES

FIX_MONEY = "fix {gaps.money.name} as the data report says: totals lack this money"

GAP_RULES: tuple[ReadinessRule, ...] = (
    at_most(
        "put_aside",
        "rows quarantined, in the table with most of them",
        "share",
        lambda facts: facts.gaps.put_aside.share,
        error(0.5, "fix {gaps.put_aside.name} as the data report says"),
        warning(0.05, "fix {gaps.put_aside.name} as the data report says"),
    ),
    at_most(
        "money_put_aside",
        "money of the quarantined order lines, as far as their amounts can be read",
        "share",
        lambda facts: facts.gaps.money.share,
        error(0.5, FIX_MONEY),
        warning(0.05, FIX_MONEY),
    ),
    at_most(
        "matching_customers",
        "customers without a match, in the table that shares fewest with the orders",
        "share",
        lambda facts: facts.gaps.unmatched.share,
        error(
            0.999999,
            "write ids in {gaps.unmatched.name} as in the orders: hardly any are the same",
        ),
        warning(0.5, "check that ids in {gaps.unmatched.name} are written as in the orders"),
    ),
    at_most(
        "required_values",
        "empty values, in the required column with most of them",
        "share",
        lambda facts: facts.gaps.required.share,
        warning(0.05, "fill {gaps.required.name} in the source: its rows are quarantined"),
    ),
    at_most(
        "optional_values",
        "empty values, in the optional column with most of them",
        "share",
        lambda facts: facts.gaps.optional.share,
        warning(0.95, "map {gaps.optional.name} to a column that is filled"),
        recommendation(
            0.2, "fill {gaps.optional.name} where you can: features from it cover only the rest"
        ),
    ),
)


DATES = (
    "it is read as of today, so that a model would learn from the future: give each row "
    "`valid_from`, the day from which it is true, or leave the column out "
    "(`features: {{without: [...]}}`)"
)


def _explained(facts: BaseFacts) -> float | None:
    return None if facts.profiles is None else facts.profiles.explained


def _auc(facts: BaseFacts) -> float | None:
    return None if facts.profiles is None else facts.profiles.auc


def _largest_auc(facts: BaseFacts) -> float:
    return 1.0 if facts.profiles is None else facts.profiles.largest_auc


PROFILE_RULES: tuple[ReadinessRule, ...] = (
    at_most(
        "undated_profile",
        "share of later orders that an undated profile column explains beyond earlier orders",
        "share",
        _explained,
        warning(MOST_EXPLAINED, "{profiles.leaking} grows with orders to this day; " + DATES),
        is_spoken=True,
    ),
    at_most(
        "dominant_profile",
        "AUC of the outcome by one undated profile column alone",
        "auc",
        _auc,
        warning(
            _largest_auc,
            "{profiles.dominant} alone predicts the outcome better than recency, orders and "
            "revenue do; " + DATES,
        ),
        is_spoken=True,
    ),
)


RULES: tuple[ReadinessRule, ...] = (
    *TIME_RULES,
    *CUSTOMER_RULES,
    *VALUE_RULES,
    *GAP_RULES,
    *PROFILE_RULES,
)
