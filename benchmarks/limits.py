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
        "Bare DuckDB with all memory, the same groups and sums: 1.3 s, .6 s and 1.7 s, "
        "together 14 times the baseline. So 12 times cannot be reached by three reductions of "
        "all lines, only by fewer groups. Here they are written to the "
        "workspace's file, compressed: with 512 MB that took 1.2 to 2.3 times as long as "
        "temporary tables, with which a panel of six cutoffs twice ran out of memory.",
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
        "features within the workspace's memory (512 MB)",
        "disk: states that do not fit are spilled",
        "40 sums over 914,000 customers took 13 s with 512 MB and 7 s with 1 GB or 3 GB; 30 "
        "took 1.3 s, warm, in a process without a limit. The limit keeps "
        "scoring's memory flat; a command that makes the whole table at once "
        "(`tiercast features`, a panel of six cutoffs) pays for it.",
    ),
    Limit(
        "a panel of six cutoffs",
        "as features, with six times the states",
        "The reduction of the lines is shared, the aggregates are not: each cutoff reads all "
        "orders before it. Beyond the workspace's memory it spills, and time grows faster "
        "than cutoffs.",
    ),
    Limit(
        "score",
        "features by batch, then trees; then words",
        "With reasons, wording them takes longer than finding them: of 17 s for 91,000 "
        "customers under cProfile 5.7 s were Shapley values, 7.6 s sentences, 3.0 s the "
        "figures in them. Putting the panel's query together (.5 s) is done once, no longer "
        "in each batch.",
    ),
    Limit(
        "Shapley values",
        "trees: Python's and pandas' work per node, whatever the rows",
        "A call costs .45 s before its first row (300 trees, 2,100 nodes). 100,000 rows took "
        "2.9 s in batches of 25,000, 2.1 s in batches of 50,000 and 1.5 s at once, against "
        "16.6 s for `pred_contrib`: 5.7, 8 and 10.8 times as fast. Batches of 25,000 are what "
        "memory allows the rest of scoring.",
    ),
    Limit(
        "BG/NBD fit",
        "counting distinct histories",
        "Likelihood and analytic gradient run over distinct rows only. Predictions are "
        "vectorised: a million chances in .12 s.",
    ),
)
