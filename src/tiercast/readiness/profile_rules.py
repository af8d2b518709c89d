"""What a training needs of profiles: no column that knows what followed a cutoff."""

from tiercast.readiness.facts import BaseFacts
from tiercast.readiness.profiles import MOST_EXPLAINED
from tiercast.readiness.rule import ReadinessRule, warning

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
    ReadinessRule(
        "undated_profile",
        "share of later orders that an undated profile column explains beyond earlier orders",
        "share",
        "at most",
        _explained,
        (warning(MOST_EXPLAINED, "{profiles.leaking} grows with orders to this day; " + DATES),),
        is_spoken=True,
    ),
    ReadinessRule(
        "dominant_profile",
        "AUC of the outcome by one undated profile column alone",
        "auc",
        "at most",
        _auc,
        (
            warning(
                _largest_auc,
                "{profiles.dominant} alone predicts the outcome better than recency, orders and "
                "revenue do; " + DATES,
            ),
        ),
        is_spoken=True,
    ),
)
