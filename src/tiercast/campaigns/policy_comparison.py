"""Policies from uplift models beside simple ones: what each brings, and what targeting gains."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tiercast.arrays import FloatArray
from tiercast.campaigns.policies import Estimate, Policy, by_effect, by_rank, same_arm
from tiercast.campaigns.trial import CONTROL, Trial
from tiercast.campaigns.uplift import LEARNERS, CrossFitted

NOBODY, RANDOM = "nobody", "random"
SEED_OF_RANKING = 1  # beside the seed of the folds


@dataclass(frozen=True)
class PolicyRow:
    """A policy: whom it treats, what it brings per customer less the cost, and what it gains.

    `gain` is against `baseline` of the comparison; None for the baseline itself.
    """

    policy: str
    arm: str | None
    treated: float
    value: Estimate
    gain: Estimate | None


@dataclass(frozen=True)
class RankingRow:
    """How well a ranking finds whom an arm changes, per customer, in the unit of the outcome."""

    arm: str
    ranking: str
    auuc: Estimate
    qini: Estimate


@dataclass(frozen=True)
class Comparison:
    """All policies and rankings; `baseline` is the best policy that needs no model."""

    baseline: PolicyRow
    policies: tuple[PolicyRow, ...]
    rankings: tuple[RankingRow, ...]

    @property
    def best(self) -> PolicyRow:
        """The policy of a model that brings most."""
        models = [row for row in self.policies if row.policy in LEARNERS]
        return max(models, key=lambda row: row.value.mean)

    @property
    def supported(self) -> bool:
        """Whether the best policy of a model gains over the baseline beyond chance."""
        return self.best.gain is not None and self.best.gain.sure


def compare_policies(
    trial: Trial,
    fitted: CrossFitted,
    figures: Mapping[str, FloatArray],
    *,
    most: int | None = None,
    seed: int,
) -> Comparison:
    """Return the policies of the models beside those that need none.

    Without `most` the baseline is everybody with the arm that brings most, or nobody; with it,
    that many customers at random. `figures` (churn risk, expected value), (n,) each, rank
    customers too: as many as the best model treats, with the best arm. Gains of models hold
    together over the learners.
    """
    models = [by_effect(name, fitted.effects[name], trial.costs, most) for name in LEARNERS]
    simple = _simple(trial, fitted.scores, most)
    baseline = max(simple, key=lambda one: _value(one, trial, fitted.scores))
    leading = max(models, key=lambda one: _value(one, trial, fitted.scores))
    arm = best_arm(trial, fitted.scores)
    count = round(leading.share * len(trial))
    shape = fitted.scores.shape
    ranked = [by_rank(name, one, arm, shape[1], count) for name, one in figures.items()]
    same_share = [same_arm(RANDOM, arm, shape, leading.share)]
    rows = [
        _row(one, baseline, trial, fitted.scores)
        for one in (*simple, *same_share, *ranked, *models)
    ]
    return Comparison(
        next(row for row in rows if row.policy == baseline.name),
        tuple(rows),
        tuple(_rankings(trial, fitted, figures, seed)),
    )


def best_arm(trial: Trial, scores: FloatArray) -> int:
    """Return the position of the treatment that brings most, less its cost, if all get it."""
    return 1 + int((scores - trial.costs).mean(axis=0)[1:].argmax())


def _simple(trial: Trial, scores: FloatArray, most: int | None) -> list[Policy]:
    share = 1.0 if most is None else min(most / len(trial), 1.0)
    return [
        same_arm(NOBODY, CONTROL, scores.shape),
        *(same_arm(_everyone(trial, arm), arm, scores.shape, share) for arm in trial.treatments),
    ]


def _everyone(trial: Trial, arm: int) -> str:
    return f"everyone: {trial.names[arm]}"


def _value(policy: Policy, trial: Trial, scores: FloatArray) -> float:
    return float(policy.parts(scores, trial.costs).mean())


def _row(policy: Policy, baseline: Policy, trial: Trial, scores: FloatArray) -> PolicyRow:
    own, other = (one.parts(scores, trial.costs) for one in (policy, baseline))
    comparisons = len(LEARNERS) if policy.name in LEARNERS else 1
    given = np.flatnonzero(policy.chances[:, 1:].sum(axis=0))
    return PolicyRow(
        policy.name,
        trial.names[1 + int(given[0])] if len(given) == 1 else None,
        policy.share,
        Estimate.of(own),
        None if policy is baseline else Estimate.of(own - other, comparisons),
    )


def _rankings(
    trial: Trial, fitted: CrossFitted, figures: Mapping[str, FloatArray], seed: int
) -> list[RankingRow]:
    drawn = np.random.default_rng([seed, SEED_OF_RANKING]).permutation(len(trial)).astype(float)
    found = []
    for arm in trial.treatments:
        effects = fitted.scores[:, arm] - fitted.scores[:, CONTROL]
        rankings = {name: fitted.effects[name][:, arm] for name in LEARNERS}
        for name, ranking in {**rankings, **figures, RANDOM: drawn}.items():
            found.append(
                RankingRow(trial.names[arm], name, auuc(ranking, effects), qini(ranking, effects))
            )
    return found


def auuc(ranking: FloatArray, effects: FloatArray) -> Estimate:
    """Return the area under the uplift curve: the mean gain as the treated share goes 0 to 1.

    `effects` are differences of doubly robust scores, (n,); the customers of the largest
    `ranking` are treated first. A random ranking has half the mean effect.
    """
    return Estimate.of(_area_parts(ranking, effects))


def qini(ranking: FloatArray, effects: FloatArray) -> Estimate:
    """Return the area between the uplift curve and that of a random ranking; 0: no better.

    Gains per customer of the base, in the unit of the outcome. The interval counts that a
    customer's place in the ranking is itself estimated (a U-statistic of second order).

    References
    ----------
    Radcliffe 2007, "Using control groups to target on predicted lift"; Yadlowsky, Fleming, Shah,
    Brunskill & Wager 2021, "Evaluating treatment prioritization rules via rank-weighted average
    treatment effects" (here with doubly robust scores).

    Examples
    --------
    >>> effects = np.array([0.0, 1.0, 2.0, 3.0])
    >>> round(qini(effects, effects).mean, 4), round(qini(-effects, effects).mean, 4)
    (0.3125, -0.3125)
    """
    return Estimate.of(_area_parts(ranking, effects) - effects / 2)


def _area_parts(ranking: FloatArray, effects: FloatArray) -> FloatArray:
    """Return parts of the area, (n,), whose mean is the area and whose scatter is its own.

    The area is the mean over pairs (i, j) of effect j where i is not before j in the ranking,
    a half for i = j and for ties. Its parts are Hajek's projection: what a customer adds as j,
    and as i, less the area.
    """
    _, place = np.unique(ranking, return_inverse=True)
    counts, sums = np.bincount(place), np.bincount(place, effects)
    n = len(effects)
    after = np.cumsum(counts) - counts / 2  # customers ranked lower, a half of those tied
    gained = (
        np.cumsum(sums[::-1])[::-1] - sums / 2
    )  # effects of those before, a half of those tied
    as_treated = (after / n)[place] * effects
    area = float(as_treated.mean())
    as_threshold = (gained / n)[place]
    return np.asarray(as_treated + as_threshold - area, dtype=float)
