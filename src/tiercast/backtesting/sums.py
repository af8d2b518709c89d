"""Sums of value with the intervals of a scoring's manifest, beside the actual sums."""

from typing import cast

import pandas as pd

from tiercast.backtesting.forecasts import OriginForecasts
from tiercast.scoring.totals import WHOLE, Sum, Totals

TIER, SEGMENT = "tier", "segment"


def sums(one: OriginForecasts) -> pd.DataFrame:
    """Return a row per sum of an origin: the base's first, each assigned tier's, each segment's.

    Columns: of ("base", "tier" or "segment"), group, customers, expected_value, value_low and
    value_high (90 % interval), value (actual). Groups without customers have no row.
    """
    totals = Totals(tier_names=())
    totals.add(one.scores)
    found = totals.sums(one.total_uncertainty)
    tiers, segments = (cast("dict[str, Sum]", found[kind]) for kind in ("tiers", "segments"))
    kinds = {WHOLE: {WHOLE: totals.base(one.total_uncertainty)}, TIER: tiers, SEGMENT: segments}
    scored = one.scores.assign(value=one.actual["value"].to_numpy(), **{WHOLE: WHOLE})
    rows = [
        {"of": kind, "group": str(group)} | dict(by_group[str(group)]) | {"value": float(value)}
        for kind, by_group in kinds.items()
        for group, value in scored.groupby(kind)["value"].sum().items()
    ]
    return pd.DataFrame(rows)
