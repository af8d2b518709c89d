"""What a training needs of the tables: rows that can be used, columns that are filled."""

from tiercast.readiness.rule import ReadinessRule, error, recommendation, warning

MEND_MONEY = "mend {gaps.money.name} as the data report says: totals lack this money"

GAP_RULES: tuple[ReadinessRule, ...] = (
    ReadinessRule(
        "put_aside",
        "rows put aside, in the table with most of them",
        "share",
        "at most",
        lambda facts: facts.gaps.put_aside.share,
        (
            error(0.5, "mend {gaps.put_aside.name} as the data report says"),
            warning(0.05, "mend {gaps.put_aside.name} as the data report says"),
        ),
    ),
    ReadinessRule(
        "money_put_aside",
        "money of the order lines put aside, as far as their amounts can be read",
        "share",
        "at most",
        lambda facts: facts.gaps.money.share,
        (
            error(0.5, MEND_MONEY),
            warning(0.05, MEND_MONEY),
        ),
    ),
    ReadinessRule(
        "matching_customers",
        "customers without a partner, where a table and the orders share fewest",
        "share",
        "at most",
        lambda facts: facts.gaps.unmatched.share,
        (
            error(
                0.999999,
                "write ids in {gaps.unmatched.name} and in the orders alike: hardly any are the "
                "same",
            ),
            warning(
                0.5,
                "see whether ids in {gaps.unmatched.name} and in the orders are written alike",
            ),
        ),
    ),
    ReadinessRule(
        "required_values",
        "empty values, in the required column with most of them",
        "share",
        "at most",
        lambda facts: facts.gaps.required.share,
        (warning(0.05, "fill {gaps.required.name} in the source: its rows are put aside"),),
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
                "fill {gaps.optional.name} where you can: features made of it know only the rest",
            ),
        ),
    ),
)
