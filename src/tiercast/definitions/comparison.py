"""Each churn definition at past cutoffs, compared with the actual outcome."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tiercast.definitions.candidates import CandidateDefinition
from tiercast.definitions.outcomes import PastCutoff
from tiercast.features.clv import COUNTS
from tiercast.modeling.churn_metrics import area_under_curve
from tiercast.snapshots.follow_up import FollowUp

DAYS_A_MONTH = 365.25 / 12
NOT_JUDGED = float("nan")


def compare_definitions(
    candidates: Sequence[CandidateDefinition], pasts: Sequence[PastCutoff], plan: FollowUp
) -> pd.DataFrame:
    """Return one row per candidate; missing where the history is too short to judge.

    Columns: definition; horizon_days (missing: own rhythm); window_days (the median customer's)
    and label_months, the same in months, until the label is known; churned_share;
    false_churn_share: of the churned, the share who ordered in the follow-up after the window;
    auc of the chance of no order by MBG/NBD fitted before the cutoff, and auc_by_silence of
    silence over window, both means over cutoffs; customers (different ones) and cutoffs judged.
    """
    rows = pd.DataFrame([_row(candidate, pasts, plan) for candidate in candidates])
    rows["definition"] = pd.Series([one.name for one in candidates], dtype=object)  # messages
    return rows


def _row(
    candidate: CandidateDefinition, pasts: Sequence[PastCutoff], plan: FollowUp
) -> dict[str, object]:
    cutoffs = plan.observed(candidate.days or plan.follow_up_days)
    judged = [_judged(candidate, past, plan) for past in pasts if past.cutoff in cutoffs]
    named: dict[str, object] = {
        "definition": candidate.name,
        "horizon_days": candidate.days or NOT_JUDGED,
    }
    if not judged:
        return named | _unknown(float(candidate.days or 0))
    rows = pd.concat(judged, ignore_index=True)
    followed = plan.follows(candidate.days or plan.follow_up_days)
    return named | {
        "window_days": float(rows["window_days"].median()),
        "label_months": float(rows["window_days"].median()) / DAYS_A_MONTH,
        "churned_share": float(rows["churned"].mean()),
        "false_churn_share": _false_share(rows) if followed else NOT_JUDGED,
        "auc": _mean_auc(rows, "no_order_chance"),
        "auc_by_silence": _mean_auc(rows, "silence"),
        "customers": rows["customer_id"].nunique(),
        "cutoffs": len(judged),
    }


def _judged(candidate: CandidateDefinition, past: PastCutoff, plan: FollowUp) -> pd.DataFrame:
    """Return each customer's label by a candidate at a cutoff, the outcome, and two forecasts."""
    rows = past.customers
    windows = candidate.windows(rows["usual_gap_days"].to_numpy(dtype=float), plan.follow_up_days)
    after = rows["returned_after_days"].to_numpy(dtype=float, na_value=np.inf)
    churned = after >= windows
    return pd.DataFrame(
        {
            "as_of": past.cutoff,
            "customer_id": rows["customer_id"],
            "window_days": windows,
            "churned": churned,
            "returned": churned & (after < windows + plan.follow_up_days),
            "no_order_chance": 1 - past.model.order_probability(rows[COUNTS], windows),
            "silence": rows["silent_days"].to_numpy(dtype=float) / windows,
        }
    )


def _unknown(window_days: float) -> dict[str, object]:
    measures = ("churned_share", "false_churn_share", "auc", "auc_by_silence")
    return {
        "window_days": window_days,
        "label_months": window_days / DAYS_A_MONTH,
        **dict.fromkeys(measures, NOT_JUDGED),
        "customers": 0,
        "cutoffs": 0,
    }


def _false_share(rows: pd.DataFrame) -> float:
    churned = int(rows["churned"].sum())
    return int(rows["returned"].sum()) / churned if churned else NOT_JUDGED


def _mean_auc(rows: pd.DataFrame, forecast: str) -> float:
    """Return the mean over the cutoffs at which some left and some stayed."""
    areas = [
        area_under_curve(at["churned"].to_numpy(), at[forecast].to_numpy())
        for _, at in rows.groupby("as_of")
        if 0 < at["churned"].mean() < 1
    ]
    return float(np.mean(areas)) if areas else NOT_JUDGED
