"""The effect of ties on Spearman's correlation, without any better forecast."""

import numpy as np
import pandas as pd

from tiercast.backtesting.contenders import TIERCAST
from tiercast.backtesting.result import Backtest
from tiercast.modeling.metrics import spearman

LAST_WINDOW = "last_window"
TIES = "Spearman and ties"
TIES_NOTE = (
    "Customers who buy nothing share one rank in the truth. A forecast with many ties, such "
    "as spend in the last window, which ties everyone who bought nothing in it, gets most of "
    "them near that rank without ranking them. The last column ties as many customers, those "
    "from whom tiercast expects the least: that alone puts it above the rule where the rule "
    "was ahead. Without ties the gap cannot be closed. On CDNOW, 90 days ahead, the best "
    "ranking that tiercast's distributions give without ties, by expected rank, reached .385 "
    "(by expected value .379). On outcomes drawn from those same distributions, as if they "
    "were true, expected rank reached .376 and spend in the last window .412."
)


def tied(one: Backtest) -> "pd.Series[float]":
    """Return Spearman's correlation of the rule, of tiercast, and of tiercast tied as the rule.

    The figures are means over origins, with the share of customers that the rule ties.
    """
    known = one.predictions
    rows = [_at(known[known["origin"] == origin]) for origin in one.origins]
    return pd.DataFrame(rows).mean()


def _at(rows: pd.DataFrame) -> dict[str, float]:
    rule, ours = (rows[rows["contender"] == name] for name in (LAST_WINDOW, TIERCAST))
    by_rule, measured, value = (
        column.to_numpy(dtype=float)
        for column in (rule["expected_value"], ours["expected_value"], ours["value"])
    )
    share = float((by_rule == by_rule.min()).mean())
    return {
        "tied by last window": share,
        "last window": spearman(value, by_rule),
        "tiercast": spearman(value, measured),
        "tiercast, as many tied": spearman(
            value, np.maximum(measured, np.quantile(measured, share))
        ),
    }
