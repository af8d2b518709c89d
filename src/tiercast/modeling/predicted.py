"""The names of what a forecast says of a customer, and the share that its intervals hold.

Reports and lists read these of stored scores, without the models that made them.
"""

from collections.abc import Sequence

import pyarrow as pa

from tiercast.features.horizons import named

COVERAGE = 0.9
CHURN, VARIANCE = "churn_probability", "value_variance"
FIGURES = (CHURN, "expected_value", "value_low", "value_high")
FALLING = (CHURN,)  # along the horizons, where churn is no order; the others rise
REASON = pa.struct(
    [
        ("feature", pa.string()),
        ("value", pa.string()),
        ("effect", pa.float64()),
        ("text", pa.string()),
    ]
)


def further_columns(days: Sequence[int]) -> tuple[str, ...]:
    """Return the names of the score columns of further horizons.

    Examples
    --------
    >>> further_columns([365])[:2]
    ('churn_probability_365d', 'expected_value_365d')
    """
    return tuple(named(figure, one) for one in days for figure in FIGURES)
