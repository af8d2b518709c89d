"""The bound on the speed of each stage, and how close the code is: the page's last table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """A stage, its bound, and the measurements of it."""

    stage: str
    bound: str
    seen: str


# Measured with DuckDB's `explain analyze` and cProfile on 2 cores; other machines differ.
LIMITS: tuple[Limit, ...] = (
    Limit(
        "one GROUP BY",
        "hash aggregate",
        "The scan of 10 million lines takes .05 s of .26 s: the baseline, too, is hashing.",
    ),
    Limit(
        "lines to orders and days",
        "a hash aggregate of 10 million lines into 3.3 million orders, then two windows",
        "Bare DuckDB, the same groups and sums, by processor seconds: orders 2.3, their first day "
        ".8, days .6, their gaps 2.0, writing them 1.1: 18 times the .38 of the baseline, before "
        "a single feature is counted. Tried without gain: lines sorted by day or by customer, "
        "tables that are not compressed, a join in place of the first window.",
    ),
    Limit(
        "money by category",
        "a hash aggregate of 10 million lines into 6.7 million customer-categories",
        "2.4 s, and .6 s from there to customers: 8 times the baseline. All cutoffs are summed "
        "side by side in the one grouping. Reducing lines to customer-category-days beforehand "
        "took 5.2 s and saved nothing: eight of ten lines are a day of their own.",
    ),
    Limit(
        "features from orders",
        "hash aggregates, by the size of a customer's state: 34 sums and counts of orders, 17 "
        "of days, 5 of categories",
        "On one core, quiet: orders 2.7 s, of which grouping is .13 s and each sum or count "
        "about .07 s (20 ns a row); days 1.2 s; joins .7 s. The sums alone are thus 10 times the "
        "baseline. A sum of integers takes DuckDB 24 bytes and more, one of floats 16, a count "
        "8; whole numbers below 2^53 add up exactly in floats.",
    ),
    Limit(
        "features of one cutoff, all in all",
        "the three above",
        "18 + 8 + 12 times the baseline's processor time, and 5 for joining and handing over; 58 "
        "times before categories were read from the lines. The honest bound lies lower: one pass "
        "of a compiled kernel over lines sorted by customer takes 1.3 s for what takes the "
        "queries 6.6 s, and six cutoffs 4.3 s instead of 27.6 s. It is not in the product, "
        "because every feature would be written twice: once for the kernel, once as the query "
        "that DuckDB and Spark share.",
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
        "features of six cutoffs",
        "six times those of one, but for the reduction of the lines",
        "One query of all six shares the grouping by category as well, but its states do not fit "
        "into a quarter of the memory: 136 processor seconds and 7.0 GB, against 96 and 2.9 GB "
        "one after the other; with 9 GB 120. A training asks for all its cutoffs in one query, "
        "since its sample is at most 600,000 rows: 12.6 processor seconds for 474,000 rows, and "
        "0.6 GB on top of what reading and checking took.",
    ),
    Limit(
        "score",
        "features by batch, then trees; then words",
        "Of 49 s for 183,000 customers under cProfile 18 s went into reading counts that DuckDB "
        "held as decimals: as floats the whole takes half as long. Of 27 processor seconds for "
        "200,000 customers sentences took 4 (3 for each customer), Shapley values 2.5, forecasts "
        "4.4, the contract's checks 6, writing 2.5. Imports, MLflow's "
        "store and putting the query together are 5 s whatever the size. Sentences by column, "
        "each distinct figure in words once, take 1.4 processor seconds for 150,000 customers, "
        "where sentences row by row took 5.9 in the same hour on a busy machine. Querying the "
        "next batch while this one is forecast gained nothing on two cores, which are both busy "
        "already, and took 200 MB. Sorting the tables by batch and querying batch by batch takes "
        "42 processor seconds for 891,000 customers; five passes of 200,000 over tables that are "
        "not sorted would take 37, and 120 MB more; but every pass reads all rows, 2.4 processor "
        "seconds at that size, so that from about 3 million customers on they are slower.",
    ),
    Limit(
        "Shapley values",
        "memory: a comparison per node and row, a look-up per feature of a tree and row",
        "The values of all ways through a tree of 8 leaves stand in one table of 128 rows, made "
        "once. 50,000 rows and 200 such trees take .2 processor seconds, of which the tables' "
        "look-ups are half; WOODELF, which looks up each leaf's features by itself and in pandas, "
        "took 1.2. Trees of 31 leaves fall into 16 parts: 3.5 against 9. Batches of 50,000 are "
        "what memory allows the rest of scoring (about 17 KB a customer).",
    ),
    Limit(
        "BG/NBD fit",
        "counting distinct histories",
        "Likelihood and analytic gradient run over distinct rows only. Predictions are "
        "vectorised: a million chances in .12 s.",
    ),
)
