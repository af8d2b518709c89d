"""Which definition to take, by a rule that is printed beside it, and why in words."""

from dataclasses import dataclass

import pandas as pd

from tiercast.definitions.candidates import CONFIGURED
from tiercast.snapshots.follow_up import WINDOWS_IN_HISTORY, FollowUp

MOST_FALSE_CHURN = 0.20  # beyond one in five, too many are given up, or won back, who never left
LEAST_CHURNED, MOST_CHURNED = 0.05, 0.90  # what (nearly) all have in common tells nobody apart
PAUSE = 0.5  # beyond it most of the silent come back: whoever is called churned has not left
# The config knows no own rhythm, so that one must be worth it: in days known, or false churn.
CLEARLY_SHORTER, CLEARLY_LESS_FALSE = 0.75, 0.05

RULE = (
    f"the shortest definition with at most {MOST_FALSE_CHURN:.0%} false churn that calls "
    f"{LEAST_CHURNED:.0%} to {MOST_CHURNED:.0%} of the customers churned; where there is none, "
    f"the one with the least false churn, if that is at most {PAUSE:.0%}; an own rhythm only if "
    f"it takes at most {CLEARLY_SHORTER:.0%} of the days of the fixed window that would be taken, "
    f"or there has {100 * CLEARLY_LESS_FALSE:.0f} points less false churn"
)

HORIZON = (
    "Read silence as a pause, and choose `outlook.horizon_days` by how far ahead you plan: value "
    "and tiers tell more than churn here."
)


@dataclass(frozen=True)
class Recommendation:
    """The definition to take, whether it keeps the rule, and why.

    `definition` is None where none tells leavers. `horizon_days` is what the same rule picks
    among fixed windows, for `outlook.horizon_days`, which knows no own rhythm; None where it
    picks none of them.
    """

    definition: str | None
    horizon_days: int | None
    keeps_rule: bool
    reason: str


def recommend(candidates: pd.DataFrame, plan: FollowUp) -> Recommendation:
    """Return the candidate that the rule picks from a comparison, if it picks one."""
    judged = candidates[candidates["false_churn_share"].notna()]
    best, fixed = _best(judged), _pick(judged[judged["horizon_days"].notna()])
    if best is None:
        return Recommendation(
            None, None, False, " ".join(_nobody_leaves(candidates, judged, plan))
        )
    sentences = [_why(best, plan), *_others(judged, best), *_for_config(best, fixed)]
    if best["false_churn_share"] > MOST_FALSE_CHURN:
        sentences += _longer(candidates, plan)
    return Recommendation(
        definition=str(best["definition"]),
        horizon_days=None if fixed is None else int(fixed["horizon_days"]),
        keeps_rule=_keeps_rule(best),
        reason=" ".join(sentences),
    )


def _best(judged: pd.DataFrame) -> pd.Series | None:
    is_fixed = judged["horizon_days"].notna()
    fixed, own = _pick(judged[is_fixed]), _pick(judged[~is_fixed])
    if fixed is None or own is None:
        return own if fixed is None else fixed
    return own if _clearly_better(own, fixed) else fixed


def _pick(judged: pd.DataFrame) -> pd.Series | None:
    """Return what the rule picks among fixed windows alone, or own rhythms alone."""
    keeping = judged[[_keeps_rule(row) for _, row in judged.iterrows()]]
    if len(keeping):
        return keeping.sort_values("window_days", kind="stable").iloc[0]
    few = judged[judged["false_churn_share"] <= PAUSE]
    ranked = few.sort_values(["false_churn_share", "window_days"], kind="stable")
    return ranked.iloc[0] if len(ranked) else None


def _clearly_better(own: pd.Series, fixed: pd.Series) -> bool:
    if _keeps_rule(own) != _keeps_rule(fixed):
        return _keeps_rule(own)
    if _keeps_rule(own):
        return bool(own["window_days"] <= CLEARLY_SHORTER * fixed["window_days"])
    return bool(own["false_churn_share"] <= fixed["false_churn_share"] - CLEARLY_LESS_FALSE)


def _keeps_rule(row: pd.Series) -> bool:
    few_return = row["false_churn_share"] <= MOST_FALSE_CHURN
    return bool(few_return and LEAST_CHURNED <= row["churned_share"] <= MOST_CHURNED)


def _why(best: pd.Series, plan: FollowUp) -> str:
    return (
        f"{_place(best)}: it calls {best['churned_share']:.1%} churned, of whom "
        f"{best['false_churn_share']:.1%} came back in the {plan.follow_up_days} days that "
        f"followed, and the label is known after {best['label_months']:.1f} months."
    )


def _place(best: pd.Series) -> str:
    if not _keeps_rule(best):
        return "No definition keeps the rule; this one has the least false churn"
    if best["horizon_days"] > 0:
        return "It is the shortest fixed window that keeps the rule"
    return "It keeps the rule, and no fixed window does so nearly as soon"


def _others(judged: pd.DataFrame, best: pd.Series) -> list[str]:
    """Return what the next shorter and the configured definition would have said."""
    shorter = judged[judged["window_days"] < best["window_days"]]
    shorter = shorter.sort_values("window_days", kind="stable").tail(1)
    configured = judged[judged["definition"].str.endswith(CONFIGURED)]
    rows = pd.concat([shorter, configured]).drop_duplicates("definition")
    return [
        f"With {row['definition']}: {row['churned_share']:.1%} churned, "
        f"{row['false_churn_share']:.1%} of them came back."
        for _, row in rows[rows["definition"] != best["definition"]].iterrows()
    ]


def _for_config(best: pd.Series, fixed: pd.Series | None) -> list[str]:
    """Return what the rule picks among fixed windows where an own rhythm is best."""
    if fixed is None or best["horizon_days"] > 0:
        return []
    return [
        f"The config knows fixed windows only, of which the rule picks {fixed['definition']}: "
        f"{fixed['churned_share']:.1%} churned, {fixed['false_churn_share']:.1%} of them came "
        "back."
    ]


def _longer(candidates: pd.DataFrame, plan: FollowUp) -> list[str]:
    """Return what history it would take to see who comes back after the next longer window."""
    fixed = candidates[candidates["horizon_days"].notna()]
    nobody_from = fixed.loc[fixed["churned_share"] == 0, "window_days"].min()
    is_longer = fixed["window_days"] > plan.follow_up_days
    longer = fixed[is_longer & ~(fixed["window_days"] >= nobody_from)]
    if longer.empty:
        return []
    days = int(longer["window_days"].min())
    return [
        f"A longer window may do better, but who comes back after it cannot be judged yet: for "
        f"{days} days that takes {WINDOWS_IN_HISTORY * days:,} days of orders, these are "
        f"{plan.history_days:,}."
    ]


def _nobody_leaves(
    candidates: pd.DataFrame, judged: pd.DataFrame, plan: FollowUp
) -> tuple[str, ...]:
    """Return why no definition tells leavers."""
    span = f"the cutoffs ({plan.cutoffs[0]} to {plan.cutoffs[-1]})"
    if judged.empty:
        shortest = candidates["window_days"].min()
        return (
            f"No definition tells leavers here: everybody ordered again within every window that "
            f"can be judged, the shortest of {shortest:g} days, after {span}.",
            HORIZON,
        )
    least = judged.sort_values(["false_churn_share", "window_days"], kind="stable").iloc[0]
    return (
        f"No definition tells leavers here, since most who fall silent come back: even of the "
        f"{least['churned_share']:.1%} that {least['definition']} call churned after {span}, "
        f"{least['false_churn_share']:.1%} came back in the {plan.follow_up_days} days that "
        "followed.",
        *_longer(candidates, plan),
        HORIZON,
    )
