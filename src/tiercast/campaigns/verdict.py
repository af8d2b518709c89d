"""Whether the data support targeting, and names of policies, in plain words."""

from collections.abc import Mapping

from tiercast.campaigns.policy_comparison import NOBODY, RANDOM, Comparison, PolicyRow
from tiercast.config.message import Message

PAYS = (
    "Targeting pays: {policy!t} brings {gain:.4g} more per customer than {baseline!t} (95% "
    "interval {low:.4g} to {high:.4g}), and treats {treated:.0%} of the customers."
)
PAYS_NOT = (
    "The data do not support targeting: {policy!t} brings {gain:+.4g} per customer against "
    "{baseline!t}, and the 95% interval, {low:+.4g} to {high:+.4g}, is not above 0. {advice!t}"
)
EVERYBODY = "Treat everybody with {arm}, or measure more customers."
DRAW = "Draw those whom the budget reaches at random, give them {arm}, or measure more customers."
LEAVE = "Contact nobody: no arm brings more than it costs."
WORDS: Mapping[str, str] = {
    NOBODY: "contacting nobody",
    "churn_probability": "those with the highest churn risk",
    "expected_value": "those with the highest expected value",
    "t_learner": "the T-learner",
    "dr_learner": "the DR-learner",
}
RANKINGS: Mapping[str, str] = {
    "churn_probability": "churn risk",
    "expected_value": "expected value",
    RANDOM: "at random",
}
DRAWN = "as many at random"
EVERYBODY_WITH = "everybody with {arm}"
MANY_WITH = "{arm} for as many as the budget reaches, at random"


def policy_words(row: PolicyRow, most: int | None) -> Message:
    """Return a policy in words.

    Examples
    --------
    >>> from tiercast.campaigns.policies import Estimate
    >>> policy_words(PolicyRow("everyone: mail", "mail", 1.0, Estimate(1, 0, 2), None), None)
    'everybody with mail'
    """
    if row.policy in WORDS:
        return Message.of(WORDS[row.policy])
    if row.policy == RANDOM:
        return Message.of(DRAWN)
    return Message.of(EVERYBODY_WITH if most is None else MANY_WITH, arm=row.arm)


def verdict(found: Comparison, most: int | None) -> Message:
    """Return what the comparison says: whether targeting pays, and what to do if not."""
    best, baseline = found.best, found.baseline
    gain = best.gain
    assert gain is not None
    words = {
        "policy": policy_words(best, most),
        "baseline": policy_words(baseline, most),
        "gain": gain.mean,
        "low": gain.low,
        "high": gain.high,
    }
    if gain.sure:
        return Message.of(PAYS, treated=best.treated, **words)
    if baseline.policy == NOBODY:
        return Message.of(PAYS_NOT, advice=Message.of(LEAVE), **words)
    advice = Message.of(EVERYBODY if most is None else DRAW, arm=baseline.arm)
    return Message.of(PAYS_NOT, advice=advice, **words)


def ranking_words(name: str) -> Message:
    """Return a ranking in words.

    Examples
    --------
    >>> ranking_words("random")
    'at random'
    """
    return Message.of(RANKINGS.get(name, WORDS.get(name, name)))
