"""Rules of readiness for label tables: both outcomes, columns, and no copy of the label."""

from tiercast.readiness.rule import (
    ReadinessRule,
    at_least,
    at_most,
    error,
    recommendation,
    warning,
)

FEWEST, FEW, ENOUGH = 20, 100, 500  # of each outcome
COPY = 0.97  # AUC of a single column: what is not the outcome itself seldom predicts so well

LABEL_RULES: tuple[ReadinessRule, ...] = (
    at_least(
        "leavers",
        "customers whose label says that they left",
        "customers",
        lambda facts: facts.leavers,
        error(FEWEST, "check `outlook.column` and `outlook.positive`", yields=False),
        warning(FEW, "risks will be rough; add customers who left"),
        recommendation(ENOUGH, "more customers who left would make risks finer"),
    ),
    at_least(
        "stayers",
        "customers whose label says that they stayed",
        "customers",
        lambda facts: facts.stayers,
        error(FEWEST, "check `outlook.column` and `outlook.positive`", yields=False),
        warning(FEW, "risks will be rough; add customers who stayed"),
    ),
    at_least(
        "label_columns",
        "columns that differ between customers, beside the label",
        "rows",
        lambda facts: facts.columns,
        error(1, "add columns about the customers", yields=False),
    ),
    at_most(
        "copied_label",
        "AUC of the column that alone predicts best",
        "times",
        lambda facts: facts.alone,
        warning(
            COPY,
            "`{strongest}` alone shows who left: if it is known only afterwards, it copies "
            "the label; leave it out with `features: {{without: [...]}}`",
        ),
    ),
    at_most(
        "unlabelled",
        "share of customers without a label",
        "share",
        lambda facts: facts.unlabelled,
        warning(0.5, "they are scored, but nothing is learned from them; fill the label"),
    ),
    at_most(
        "rows_put_aside",
        "share of rows excluded",
        "share",
        lambda facts: facts.rows_aside,
        warning(0.05, "see the data report for the rules that they break"),
    ),
)
