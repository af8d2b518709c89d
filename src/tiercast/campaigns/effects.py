"""What an arm changed: differences and ratios of means with intervals, by tea-tasting."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import tea_tasting as tt
from tea_tasting.aggr import Aggregates, read_aggregates

ARM = "arm"
LIFT = 1e6
SUSPICIOUS = 0.001  # a p of the sample ratio below it is a mismatch


@dataclass(frozen=True)
class Effect:
    """The effect of an arm on an outcome: difference of means, treated less control.

    `n` is the number of customers in the arm, `low` and `high` bound the 95 % interval of
    `effect`; `relative`, `relative_low` and `relative_high` are the same as a share of the
    control's mean (None where that is 0). `p` tests for no effect; `adjusted` is that p corrected
    (Holm) for all arms and outcomes of the campaign.
    """

    arm: str
    outcome: str
    n: int
    control: float
    treated: float
    effect: float | None
    low: float | None
    high: float | None
    p: float | None
    adjusted: float | None
    relative: float | None
    relative_low: float | None
    relative_high: float | None


def arm_aggregates(
    table: ir.Table, outcomes: Sequence[str], covariate: str | None
) -> dict[str, Aggregates]:
    """Return counts, means, variances and covariances of a campaign's customers, by arm.

    They are summed in the engine; a customer without a value of the covariate counts as 0 in it.
    """
    if covariate is not None:
        table = table.mutate(**{covariate: table[covariate].fill_null(0.0)})
    cols = _metrics(outcomes, covariate)[outcomes[0]].aggr_cols
    for metric in _metrics(outcomes, covariate).values():
        cols = cols | metric.aggr_cols
    found: dict[str, Aggregates] = read_aggregates(table, ARM, **cols._asdict())
    return dict(sorted(found.items()))


def ratio_mismatch(
    arms: Mapping[str, Aggregates], control: str, shares: Mapping[str, float]
) -> float:
    """Return the p of the sample ratio: how likely arms of planned shares get such sizes.

    It is the lowest of the pairs with the control, times their number (Bonferroni), at most 1.
    """
    test = tt.SampleRatio(dict(shares))
    others = [name for name in arms if name != control]
    lowest = min(test.analyze(dict(arms), control, name).pvalue for name in others)
    return min(1.0, lowest * len(others))


def effects(
    arms: Mapping[str, Aggregates], control: str, outcomes: Sequence[str], covariate: str | None
) -> list[Effect]:
    """Return the effect of each arm but the control on each outcome.

    With a covariate, which must have been known before the campaign, means and intervals are
    adjusted for it (CUPED): the means are those at the same value of the covariate.
    """
    metrics = _metrics(outcomes, covariate)
    found = {
        (arm, name): _analyzed(metric, arms, control, arm)
        for arm in arms
        if arm != control
        for name, metric in metrics.items()
    }
    corrected = _holm({key: one["pvalue"] for key, one in found.items()})
    return [
        _effect(arm, name, arms[arm].count(), one, corrected.get((arm, name)))
        for (arm, name), one in found.items()
    ]


def _metrics(outcomes: Sequence[str], covariate: str | None) -> dict[str, tt.Mean]:
    return {name: tt.Mean(name, covariate) for name in outcomes}


def _analyzed(
    metric: tt.Mean, arms: Mapping[str, Aggregates], control: str, arm: str
) -> dict[str, float]:
    """Return what the test finds; NaN where all customers did the same."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        try:
            found: dict[str, float] = metric.analyze(dict(arms), control, arm)._asdict()
        except OverflowError:  # a mean so near to 0 that a ratio has no bounds
            lifted = {name: _lifted(one, metric.numer) for name, one in arms.items()}
            found = metric.analyze(lifted, control, arm)._asdict()
            means = {name: found[name] - LIFT for name in ("control", "treatment")}
            ratios = {name: math.nan for name in found if name.startswith("rel_")}
            return {**found, **means, **ratios}
    return found


def _lifted(arm: Aggregates, outcome: str) -> Aggregates:
    """Return an arm whose customers all have more of an outcome: differences stay the same."""
    means = {**arm.mean_, outcome: arm.mean_[outcome] + LIFT}
    return Aggregates(arm.count_, means, arm.var_, arm.cov_)


def _holm(pvalues: Mapping[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    """Return p corrected by Holm's step-down procedure; a test without a p is not counted."""
    tested = {
        arm: {name: {"pvalue": p} for (one, name), p in pvalues.items() if one == arm and p == p}
        for arm, _ in pvalues
    }
    corrected = tt.adjust_fwer(tested, arbitrary_dependence=True, method="bonferroni")
    return {
        (arm, name): float(one["pvalue_adj"])
        for arm, results in corrected.items()
        for name, one in results.items()
    }


def _effect(
    arm: str, outcome: str, n: int, found: Mapping[str, float], adjusted: float | None
) -> Effect:
    names = ("effect_size", "effect_size_ci_lower", "effect_size_ci_upper", "pvalue")
    effect, low, high, p = (_finite(found[name]) for name in names)
    relative, relative_low, relative_high = (_finite(found[f"rel_{name}"]) for name in names[:3])
    return Effect(
        arm,
        outcome,
        int(n),
        float(found["control"]),
        float(found["treatment"]),
        effect,
        low,
        high,
        p,
        adjusted,
        relative,
        relative_low,
        relative_high,
    )


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
