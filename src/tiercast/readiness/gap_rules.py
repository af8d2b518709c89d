"""What a training needs of the tables: usable rows and filled columns."""

from tiercast.readiness.rule import ReadinessRule, error, recommendation, warning

FIX_MONEY = "fix {gaps.money.name} as the data report says: totals lack this money"

GAP_RULES: tuple[ReadinessRule, ...] = (
    ReadinessRule(
        "put_aside",
        "rows quarantined, in the table with most of them",
        "share",
        "at most",
        lambda facts: facts.gaps.put_aside.share,
        (
            error(0.5, "fix {gaps.put_aside.name} as the data report says"),
            warning(0.05, "fix {gaps.put_aside.name} as the data report says"),
        ),
    ),
    ReadinessRule(
        "money_put_aside",
        "money of the quarantined order lines, as far as their amounts can be read",
        "share",
        "at most",
        lambda facts: facts.gaps.money.share,
        (
            error(0.5, FIX_MONEY),
            warning(0.05, FIX_MONEY),
        ),
    ),
    ReadinessRule(
        "matching_customers",
        "customers without a match, in the table that shares fewest with the orders",
        "share",
        "at most",
        lambda facts: facts.gaps.unmatched.share,
        (
            error(
                0.999999,
                "write ids in {gaps.unmatched.name} as in the orders: hardly any are the same",
            ),
            warning(
                0.5,
                "check that ids in {gaps.unmatched.name} are written as in the orders",
            ),
        ),
    ),
    ReadinessRule(
        "required_values",
        "empty values, in the required column with most of them",
        "share",
        "at most",
        lambda facts: facts.gaps.required.share,
        (warning(0.05, "fill {gaps.required.name} in the source: its rows are quarantined"),),
    ),
    ReadinessRule(
        "optional_values",
        "empty values, in the optional column with most of them",
        "share",
        "at most",
        lambda facts: facts.gaps.optional.share,
        (
            warning(0.95, "map {gaps.optional.name} to a column that is filled"),
            recommendation(
                0.2,
                "fill {gaps.optional.name} where you can: features from it cover only the rest",
            ),
        ),
    ),
)
