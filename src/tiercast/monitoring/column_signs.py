"""Signs that columns, of features and of scores, are not what they were in training."""

from collections.abc import Callable, Iterator, Mapping

from tiercast.modeling.column_profile import Moved
from tiercast.monitoring.drift import ColumnDrift
from tiercast.monitoring.sign import Evidence, Sign, Signs, usually

FORECASTS = ("churn_probability", "expected_value")
ROOM = 1.25  # what moved so far in training's last horizon may move a quarter farther in another


def _psi(one: ColumnDrift) -> Sign:
    usual = max(ROOM * one.tracked.usual.psi, one.change.noise_psi)
    reason = f"PSI of {one.tracked.name} is {one.change.psi:.2f} against training"
    return Sign(one.tracked.name, one.change.psi, reason + usually(usual), usual)


def _ks(one: ColumnDrift) -> Sign:
    usual = max(ROOM * one.tracked.usual.ks, one.change.noise_ks)
    gap = float("nan") if one.change.ks is None else one.change.ks
    reason = f"Kolmogorov-Smirnov distance of {one.tracked.name} is {gap:.2f} against training"
    return Sign(one.tracked.name, gap, reason + usually(usual), usual)


def _features(evidence: Evidence) -> list[ColumnDrift]:
    return [one for one in evidence.drift if one.tracked.kind == "feature"]


def _scores(evidence: Evidence, *, forecasts: bool) -> list[ColumnDrift]:
    return [
        one
        for one in evidence.drift
        if one.tracked.kind == "score" and (one.tracked.name in FORECASTS) == forecasts
    ]


def _each(
    columns: Callable[[Evidence], list[ColumnDrift]], sign: Callable[[ColumnDrift], Sign]
) -> Signs:
    """Return the sign of each column that has one."""

    def signs(evidence: Evidence) -> Iterator[Sign]:
        found = (sign(one) for one in columns(evidence))
        return (one for one in found if one.value == one.value)

    return signs


def _forecasts(evidence: Evidence) -> list[ColumnDrift]:
    return _scores(evidence, forecasts=True)


def _groups(evidence: Evidence) -> list[ColumnDrift]:
    return _scores(evidence, forecasts=False)


feature_psi, feature_ks = _each(_features, _psi), _each(_features, _ks)
forecast_psi, forecast_ks = _each(_forecasts, _psi), _each(_forecasts, _ks)
group_psi, group_ks = _each(_groups, _psi), _each(_groups, _ks)


def drifted(evidence: Evidence) -> Iterator[Sign]:
    """Return how much of the model's weight lies in features that are not what they were."""
    far = evidence.limits.psi.retrain
    moved = [one for one in _features(evidence) if far is not None and _is_far(one, far)]
    weight = sum(one.tracked.weight for one in moved)
    names = ", ".join(_heaviest(moved))
    reason = f"{weight:.0%} of what the model goes by lies in features that moved far"
    yield Sign("features", weight, reason + (f": {names}" if names else ""))


def _is_far(one: ColumnDrift, far: float) -> bool:
    sign = _psi(one)
    return sign.value >= far and sign.value > sign.usual


def _heaviest(moved: list[ColumnDrift], most: int = 5) -> list[str]:
    ordered = sorted(moved, key=lambda one: -one.tracked.weight)
    names = [f"{one.tracked.name} ({one.tracked.weight:.0%})" for one in ordered[:most]]
    return [*names, f"{len(ordered) - most} more"] if len(ordered) > most else names


def missing(evidence: Evidence) -> Iterator[Sign]:
    """Return by how much more often each column is missing."""
    for one in evidence.drift:
        before = one.tracked.then.missing
        reason = (
            f"{one.tracked.name} is missing in {before + one.change.missing:.0%} of the rows, "
            f"{before:.0%} in training; mend the source, or train again without it"
        )
        yield Sign(one.tracked.name, one.change.missing, reason, one.tracked.usual.missing)


def _words(side: Callable[[Moved], Mapping[str, float]], told: str) -> Signs:
    """Return the share of customers with words of one side, by column."""

    def signs(evidence: Evidence) -> Iterator[Sign]:
        for one in _features(evidence):
            words = side(one.change)
            if words:
                name, share = one.tracked.name, sum(words.values())
                reason = told.format(name=name, share=share, words=_listed(list(words)))
                yield Sign(name, share, reason)

    return signs


new_words = _words(
    lambda change: change.new,
    "{share:.1%} of the customers have a {name} never seen in training: {words}",
)
gone_words = _words(
    lambda change: change.gone,
    "{name} is nobody's any more: {words} ({share:.1%} in training)",
)


def _listed(words: list[str], most: int = 5) -> str:
    shown = ", ".join(repr(word) for word in words[:most])
    return shown if len(words) <= most else f"{shown} and {len(words) - most} more"
