"""How much of the judged past was treated by campaigns, and how forecasts did without them."""

from dataclasses import dataclass
from typing import Any, Self

import pandas as pd

from tiercast.training.evaluation import metrics_of_rows

LEAST_UNTREATED = 200  # customers at a cutoff: fewer are no ground for a grade
KEYS = ["customer_id", "as_of"]


@dataclass(frozen=True)
class Treatment:
    """The share of customers contacted within each judged window, and the metrics of the others.

    Both are by cutoff; `untreated` has none where fewer than 200 customers were not contacted.
    """

    contacted: dict[Any, float]
    untreated: dict[Any, dict[str, float]]

    @classmethod
    def of(cls, predictions: pd.DataFrame, contacted: pd.DataFrame | None) -> Self | None:
        """Return it for past forecasts; None without contacts or forecasts.

        `contacted` has customer_id and as_of of who was contacted within the horizon.
        """
        if contacted is None or predictions.empty:
            return None
        keys = pd.MultiIndex.from_frame(contacted[KEYS])
        was = pd.Series(pd.MultiIndex.from_frame(predictions[KEYS]).isin(keys))
        others = predictions[~was.to_numpy()]
        days = list(dict.fromkeys(predictions["as_of"]))
        shares = {day: float(was[(predictions["as_of"] == day).to_numpy()].mean()) for day in days}
        parts = {day: others[others["as_of"] == day] for day in days}
        enough = {day: rows for day, rows in parts.items() if len(rows) >= LEAST_UNTREATED}
        return cls(shares, {day: metrics_of_rows(rows) for day, rows in enough.items()})
