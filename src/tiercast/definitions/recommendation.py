"""The recommended churn definition, the rule it follows, and the reason as text."""

from dataclasses import dataclass

import pandas as pd

from tiercast.config.message import Message, filled, joined
from tiercast.definitions.candidates import CONFIGURED
from tiercast.snapshots.follow_up import WINDOWS_IN_HISTORY, FollowUp

MOST_FALSE_CHURN = 0.20  # beyond one in five, too many are treated as lost who never left
LEAST_CHURNED, MOST_CHURNED = 0.05, 0.90  # a label of (nearly) everyone separates nobody
PAUSE = 0.5  # beyond it most silent customers return: churned ones have not left
# The config has no own rhythm, so one must be clearly better: in days or in false churn.
CLEARLY_SHORTER, CLEARLY_LESS_FALSE = 0.75, 0.05

RULE = Message.of(
    "the shortest definition with at most {false:.0%} false churn that calls {least:.0%} to "
    "{most:.0%} of the customers churned; where there is none, the one with the least false "
    "churn, if that is at most {pause:.0%}; an own rhythm only if it needs at most "
    "{shorter:.0%} of the days of the best fixed window, or has {points:.0f} points less false "
    "churn",
    false=MOST_FALSE_CHURN,
    least=LEAST_CHURNED,
    most=MOST_CHURNED,
    pause=PAUSE,
    shorter=CLEARLY_SHORTER,
    points=100 * CLEARLY_LESS_FALSE,
)

HORIZON = Message.of(
    "Silence is a pause here: choose `outlook.horizon_days` by how far ahead you plan; value and "
    "tiers are more useful than churn."
)


@dataclass(frozen=True)
class Recommendation:
    """The recommended definition, whether it meets the rule, and the reason.

    `definition` is None if none identifies leavers. `horizon_days` is the best fixed window by
    the same rule, for `outlook.horizon_days`; None if no fixed window is.
    """

    definition: str | None
    horizon_days: int | None
    keeps_rule: bool
    reason: str


def recommend(candidates: pd.DataFrame, plan: FollowUp) -> Recommendation:
    """Return the candidate of a comparison that the rule recommends, if any."""
    judged = candidates[candidates["false_churn_share"].notna()]
    best, fixed = _best(judged), _pick(judged[judged["horizon_days"].notna()])
    if best is None:
        return Recommendation(None, None, False, joined(*_nobody_leaves(candidates, judged, plan)))
    sentences = [_why(best, plan), *_others(judged, best), *_for_config(best, fixed)]
    if best["false_churn_share"] > MOST_FALSE_CHURN:
        sentences += _longer(candidates, plan)
    return Recommendation(
        definition=best["definition"],
        horizon_days=None if fixed is None else int(fixed["horizon_days"]),
        keeps_rule=_keeps_rule(best),
        reason=joined(*sentences),
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
    return filled(
        "{place}: {churned_share:.1%} churned, of whom {false_churn_share:.1%} returned in the "
        "{follow_up} days that followed, and the label is known after {label_months:.1f} months.",
        {**best, "place": _place(best), "follow_up": plan.follow_up_days},
    )


def _place(best: pd.Series) -> str:
    if not _keeps_rule(best):
        return Message.of("No definition meets the rule; this one has the least false churn")
    if best["horizon_days"] > 0:
        return Message.of("It is the shortest fixed window that meets the rule")
    return Message.of("It meets the rule, and every fixed window that does is much longer")


def _others(judged: pd.DataFrame, best: pd.Series) -> list[str]:
    """Return sentences on the next shorter and the configured definition."""
    shorter = judged[judged["window_days"] < best["window_days"]]
    shorter = shorter.sort_values("window_days", kind="stable").tail(1)
    configured = judged[judged["definition"].str.endswith(CONFIGURED)]
    rows = pd.concat([shorter, configured]).drop_duplicates("definition")
    line = (
        "With {definition}: {churned_share:.1%} churned, {false_churn_share:.1%} of them returned."
    )
    others = rows[rows["definition"] != best["definition"]]
    return [filled(line, row) for row in others.to_dict("records")]


def _for_config(best: pd.Series, fixed: pd.Series | None) -> list[str]:
    """Return a sentence on the best fixed window if an own rhythm is recommended."""
    if fixed is None or best["horizon_days"] > 0:
        return []
    line = (
        "The config has fixed windows only; the best of them is {definition}: "
        "{churned_share:.1%} churned, {false_churn_share:.1%} of them returned."
    )
    return [filled(line, {**fixed})]


def _longer(candidates: pd.DataFrame, plan: FollowUp) -> list[str]:
    """Return a sentence on the history needed to judge the next longer window."""
    fixed = candidates[candidates["horizon_days"].notna()]
    nobody_from = fixed.loc[fixed["churned_share"] == 0, "window_days"].min()
    is_longer = fixed["window_days"] > plan.follow_up_days
    longer = fixed[is_longer & ~(fixed["window_days"] >= nobody_from)]
    if longer.empty:
        return []
    days = int(longer["window_days"].min())
    return [
        Message.of(
            "A longer window may be better, but its false churn cannot be judged yet: {days} days "
            "need {needed:,} days of orders, and there are {there:,}.",
            days=days,
            needed=WINDOWS_IN_HISTORY * days,
            there=plan.history_days,
        )
    ]


def _nobody_leaves(
    candidates: pd.DataFrame, judged: pd.DataFrame, plan: FollowUp
) -> tuple[str, ...]:
    """Return sentences on why no definition identifies leavers."""
    span = {"first": plan.cutoffs[0], "last": plan.cutoffs[-1]}
    if judged.empty:
        sentence = Message.of(
            "No definition identifies leavers here: everybody ordered again within every window "
            "that can be judged, the shortest of {shortest:g} days, after the cutoffs ({first} to "
            "{last}).",
            shortest=candidates["window_days"].min(),
            **span,
        )
        return sentence, HORIZON
    least = judged.sort_values(["false_churn_share", "window_days"], kind="stable").iloc[0]
    line = (
        "No definition identifies leavers here, because most silent customers return: even of the "
        "{churned_share:.1%} churned by {definition} after the cutoffs ({first} to {last}), "
        "{false_churn_share:.1%} returned in the {follow_up} days that followed."
    )
    figures = {**least, **span, "follow_up": plan.follow_up_days}
    return filled(line, figures), *_longer(candidates, plan), HORIZON
