"""Which definition to take, by a rule that is printed beside it, and why in words."""

from dataclasses import dataclass

import pandas as pd

from tiercast.config.errors import InputError
from tiercast.definitions.candidates import CONFIGURED
from tiercast.snapshots.follow_up import WINDOWS_IN_HISTORY, FollowUp

MOST_FALSE_CHURN = 0.20  # beyond one in five, too many are given up, or won back, who never left
LEAST_CHURNED, MOST_CHURNED = 0.05, 0.90  # what (nearly) all have in common tells nobody apart
PAUSE = 0.5  # from here on most of the silent come back

RULE = (
    f"the shortest definition with at most {MOST_FALSE_CHURN:.0%} false churn that calls "
    f"{LEAST_CHURNED:.0%} to {MOST_CHURNED:.0%} of the customers churned; where there is none, "
    "the one with the least false churn"
)


@dataclass(frozen=True)
class Recommendation:
    """The definition to take, whether it keeps the rule, and why.

    `horizon_days` is what the same rule picks among fixed windows, for `outlook.horizon_days`,
    which knows no own rhythm; None where none could be judged.
    """

    definition: str
    horizon_days: int | None
    keeps_rule: bool
    reason: str


def recommend(candidates: pd.DataFrame, plan: FollowUp) -> Recommendation:
    """Answer the candidate that the rule picks from a comparison.

    Raises
    ------
    InputError
        No candidate calls anybody churned whose return could have been seen.
    """
    judged = candidates[candidates["false_churn_share"].notna()]
    if judged.empty:
        raise InputError(_nobody_left(candidates, plan))
    best = _best(judged)
    fixed = judged[judged["horizon_days"].notna()]
    sentences = [_why(best, plan), *_others(judged, best), *_for_config(best, fixed)]
    if best["false_churn_share"] > MOST_FALSE_CHURN:
        sentences += [*_pause(best), *_longer(candidates, plan)]
    return Recommendation(
        definition=str(best["definition"]),
        horizon_days=None if fixed.empty else int(_best(fixed)["horizon_days"]),
        keeps_rule=_keeps_rule(best),
        reason=" ".join(sentences),
    )


def _best(judged: pd.DataFrame) -> pd.Series:
    keeping = judged[[_keeps_rule(row) for _, row in judged.iterrows()]]
    if len(keeping):
        return keeping.sort_values("window_days", kind="stable").iloc[0]
    return judged.sort_values(["false_churn_share", "window_days"], kind="stable").iloc[0]


def _keeps_rule(row: pd.Series) -> bool:
    few_return = row["false_churn_share"] <= MOST_FALSE_CHURN
    return bool(few_return and LEAST_CHURNED <= row["churned_share"] <= MOST_CHURNED)


def _why(best: pd.Series, plan: FollowUp) -> str:
    place = (
        "It is the shortest that keeps the rule"
        if _keeps_rule(best)
        else "No definition keeps the rule; this one has the least false churn"
    )
    return (
        f"{place}: it calls {best['churned_share']:.1%} churned, of whom "
        f"{best['false_churn_share']:.1%} came back in the {plan.follow_up_days} days that "
        f"followed, and the label is known after {best['label_months']:.1f} months."
    )


def _others(judged: pd.DataFrame, best: pd.Series) -> list[str]:
    """Answer what the next shorter and the configured definition would have said."""
    shorter = judged[judged["window_days"] < best["window_days"]]
    shorter = shorter.sort_values("window_days", kind="stable").tail(1)
    configured = judged[judged["definition"].str.endswith(CONFIGURED)]
    rows = pd.concat([shorter, configured]).drop_duplicates("definition")
    return [
        f"With {row['definition']}: {row['churned_share']:.1%} churned, "
        f"{row['false_churn_share']:.1%} of them came back."
        for _, row in rows[rows["definition"] != best["definition"]].iterrows()
    ]


def _for_config(best: pd.Series, fixed: pd.DataFrame) -> list[str]:
    """Answer what the rule picks among fixed windows where an own rhythm is best."""
    if fixed.empty or best["horizon_days"] > 0:
        return []
    row = _best(fixed)
    return [
        f"The config knows fixed windows only, of which the rule picks {row['definition']}: "
        f"{row['churned_share']:.1%} churned, {row['false_churn_share']:.1%} of them came back."
    ]


def _pause(best: pd.Series) -> list[str]:
    if best["false_churn_share"] < PAUSE:
        return []
    return ["Most who fall silent here come back: read it as a pause, not as an end."]


def _longer(candidates: pd.DataFrame, plan: FollowUp) -> list[str]:
    """Answer what history it would take to judge the next longer window."""
    longer = candidates.loc[candidates["window_days"] > plan.follow_up_days, "window_days"]
    if longer.empty:
        return []
    needed = WINDOWS_IN_HISTORY * int(longer.min())
    return [
        f"A longer window may do better: to judge {longer.min():g} days takes {needed:,} days of "
        f"orders, these are {plan.history_days:,}."
    ]


def _nobody_left(candidates: pd.DataFrame, plan: FollowUp) -> str:
    return (
        f"Everybody ordered again within every window that can be judged, the shortest of "
        f"{candidates['window_days'].min():g} days, after the cutoffs ({plan.cutoffs[0]} to "
        f"{plan.cutoffs[-1]}), so there is nobody who left; set a shorter `outlook.horizon_days`."
    )
