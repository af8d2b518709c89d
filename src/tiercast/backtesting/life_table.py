"""Kaplan and Meier's estimate for contracts: the share retained, by plan and age, in past windows.

Customers enter at the age they have at a cutoff (left truncation), and time goes in steps of the
horizon, so that the product-limit estimate of one step is the share of its customers retained.

References
----------
Kaplan & Meier (1958), Journal of the American Statistical Association 53.
"""

import numpy as np
import pandas as pd

from tiercast.backtesting.contender import ContenderForecast, Forecaster, OriginData
from tiercast.features.subscriptions import DUE

PLAN = "contract_plan_"
FEWEST = 30  # of a plan and age; below it the plan's share counts, then that of all


def by_life_table(origin_data: OriginData) -> Forecaster:
    """Return the retained shares by plan and age; who leaves pays what leavers paid of dues."""
    rows, days = origin_data.panel.rows, origin_data.panel.plan.window_days
    retained = rows["ordered"].astype(float)
    cells = _cells(rows, days)
    tables = [_shares(retained, cells[columns]) for columns in (["plan", "age"], ["plan"])]
    everyone = float(retained.mean())
    paid = paid_by_leavers(rows)

    def predict(frame: pd.DataFrame) -> ContenderForecast:
        own = _cells(frame, days)
        by_age, by_plan = (
            own.merge(table, on=[n for n in ("plan", "age") if n in table], how="left")["retained"]
            for table in tables
        )
        share = by_age.fillna(by_plan).fillna(everyone).to_numpy(dtype=float)
        value = frame[DUE].to_numpy(dtype=float) * (share + (1.0 - share) * paid)
        return ContenderForecast(1.0 - share, value)

    return predict


def paid_by_leavers(rows: pd.DataFrame) -> float:
    """Return the share of what was due that those paid who left in past windows."""
    left = rows[~rows["ordered"].astype(bool)]
    due = float(left[DUE].sum())
    return float(left["value"].sum()) / due if due > 0 else 0.0


def _cells(frame: pd.DataFrame, days: int) -> pd.DataFrame:
    """Return the number of each row's plan (0: none of the known ones), and its age in steps."""
    plans = sorted(name for name in frame.columns if name.startswith(PLAN))
    held = frame[plans].fillna(0.0).to_numpy(dtype=float) > 0
    plan = np.where(held.any(axis=1), held.argmax(axis=1) + 1, 0) if plans else 0
    age = frame["contract_age_days"].fillna(0.0).to_numpy(dtype=float) // days
    return pd.DataFrame({"plan": plan, "age": age}, index=frame.index)


def _shares(retained: pd.Series, cells: pd.DataFrame) -> pd.DataFrame:
    """Return the share retained of each cell with enough rows."""
    groups = retained.groupby([cells[name] for name in cells])
    found = groups.agg(retained="mean", rows="size").reset_index()
    return found[found["rows"] >= FEWEST].drop(columns="rows")
