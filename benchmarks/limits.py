"""What bounds each stage's speed, and how near the code is: the last table of the page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """A stage, its bound, and what was seen of it."""

    stage: str
    bound: str
    seen: str


# Seen with DuckDB's `explain analyze` and cProfile on 2 cores; figures move with the machine.
LIMITS: tuple[Limit, ...] = (
    Limit(
        "one GROUP BY",
        "hash aggregate",
        "The scan of 10 million lines takes .05 s of .26 s: the baseline, too, is hashing.",
    ),
    Limit(
        "lines to orders, days and categories",
        "hash aggregates of 10 million lines into 3.3 million orders and 9 million "
        "customer-category-days, then one window over days",
        "Bare DuckDB, the same groups and sums, by processor seconds: orders 2.6 to 3.0, their "
        "first day 1.6, days and gaps 2.0, categories 5.2 (eight of ten lines are a category of "
        "their own for the customer here), against .41 of the baseline: 28 times as much before "
        "a single feature is counted. So 12 times cannot be reached by reducing all lines to "
        "orders, days and categories, only by fewer groups; it was tried to keep categories as "
        "numbers (a fifth less) and lines sorted by day (no less).",
    ),
    Limit(
        "features from orders",
        "hash aggregates, by the size of a customer's state: 34 sums and counts of orders, 17 "
        "of days, 5 of categories",
        "Of 13 processor seconds over 914,000 customers before any mending 4.0 went to "
        "orders, 3.7 to categories, 1.2 to days, 1.1 to the two joins; scans .1. A sum of "
        "integers takes DuckDB 24 bytes and more, one of floats 16, a count 8; whole numbers "
        "below 2^53 add up exactly in floats.",
    ),
    Limit(
        "features within the engine's memory",
        "disk: states that do not fit are spilled",
        "Scoring works in batches with 512 MB, which keeps its memory flat. Commands that make a "
        "whole table at once (`features`, `train`, `backtest`) may take a quarter of the "
        "machine's: one cutoff of 914,000 customers took 17.8 processor seconds with 512 MB, "
        "12.9 with 2 GB, 11.6 with 3 GB.",
    ),
    Limit(
        "a panel of six cutoffs",
        "as features, with six times the states",
        "The reduction of the lines is shared, the aggregates are not: each cutoff reads all "
        "orders before it. With 2 GB it spilled and took 124 s; with 6 GB it takes 36 s.",
    ),
    Limit(
        "score",
        "features by batch, then trees; then words",
        "Of 49 s for 183,000 customers under cProfile 18 s went into reading counts that DuckDB "
        "held as decimals: as floats the whole takes half as long. Sentences take 10 s (3 for "
        "each customer), Shapley values 5 s, forecasts 2.5 s, writing 2 s. Imports, MLflow's "
        "store and putting the query together are 5 s whatever the size.",
    ),
    Limit(
        "Shapley values",
        "trees: Python's and pandas' work per node, whatever the rows",
        "A call costs .45 s before its first row (300 trees, 2,100 nodes). 100,000 rows took "
        "2.9 s in batches of 25,000, 2.1 s in batches of 50,000 and 1.5 s at once, against "
        "16.6 s for `pred_contrib`: 5.7, 8 and 10.8 times as fast. Batches of 50,000 are what "
        "memory allows the rest of scoring (about 17 KB a customer).",
    ),
    Limit(
        "BG/NBD fit",
        "counting distinct histories",
        "Likelihood and analytic gradient run over distinct rows only. Predictions are "
        "vectorised: a million chances in .12 s.",
    ),
)
