"""Signs that columns, of features and of scores, are not what they were in training."""

from collections.abc import Callable, Iterator, Mapping

from tiercast.config.message import Message
from tiercast.modeling.column_profile import ColumnChange
from tiercast.monitoring.drift import ColumnDrift
from tiercast.monitoring.signal import MonitoringData, Signal, SignalReader, usually

FORECASTS = ("churn_probability", "expected_value")
ROOM = 1.25  # what moved so far in training's last horizon may move a quarter farther in another


def _psi(one: ColumnDrift) -> Signal:
    usual = max(ROOM * one.tracked.usual.psi, one.change.noise_psi)
    reason = Message.of(
        "PSI of {name} is {psi:.2f} against training{usual}",
        name=one.tracked.name,
        psi=one.change.psi,
        usual=usually(usual),
    )
    return Signal(one.tracked.name, one.change.psi, reason, usual)


def _ks(one: ColumnDrift) -> Signal:
    usual = max(ROOM * one.tracked.usual.ks, one.change.noise_ks)
    gap = float("nan") if one.change.ks is None else one.change.ks
    reason = Message.of(
        "Kolmogorov-Smirnov distance of {name} is {gap:.2f} against training{usual}",
        name=one.tracked.name,
        gap=gap,
        usual=usually(usual),
    )
    return Signal(one.tracked.name, gap, reason, usual)


def _features(data: MonitoringData) -> list[ColumnDrift]:
    return [one for one in data.drift if one.tracked.kind == "feature"]


def _scores(data: MonitoringData, *, forecasts: bool) -> list[ColumnDrift]:
    return [
        one
        for one in data.drift
        if one.tracked.kind == "score" and (one.tracked.name in FORECASTS) == forecasts
    ]


def _each(
    columns: Callable[[MonitoringData], list[ColumnDrift]], signal: Callable[[ColumnDrift], Signal]
) -> SignalReader:
    """Return the sign of each column that has one."""

    def signals(data: MonitoringData) -> Iterator[Signal]:
        found = (signal(one) for one in columns(data))
        return (one for one in found if one.value == one.value)

    return signals


def _forecasts(data: MonitoringData) -> list[ColumnDrift]:
    return _scores(data, forecasts=True)


def _groups(data: MonitoringData) -> list[ColumnDrift]:
    return _scores(data, forecasts=False)


feature_psi, feature_ks = _each(_features, _psi), _each(_features, _ks)
forecast_psi, forecast_ks = _each(_forecasts, _psi), _each(_forecasts, _ks)
group_psi, group_ks = _each(_groups, _psi), _each(_groups, _ks)


def drifted(data: MonitoringData) -> Iterator[Signal]:
    """Return how much of the model's weight lies in features that are not what they were."""
    far = data.limits.psi.retrain
    moved = [one for one in _features(data) if far is not None and _is_far(one, far)]
    weight = sum(one.tracked.weight for one in moved)
    reason = Message.of(
        "{weight:.0%} of what the model goes by lies in features that moved far: {names}"
        if moved
        else "{weight:.0%} of what the model goes by lies in features that moved far",
        weight=weight,
        names=_heaviest(moved),
    )
    yield Signal("features", weight, reason)


def _is_far(one: ColumnDrift, far: float) -> bool:
    signal = _psi(one)
    return signal.value >= far and signal.value > signal.usual


def _heaviest(moved: list[ColumnDrift], most: int = 5) -> list[str]:
    ordered = sorted(moved, key=lambda one: -one.tracked.weight)
    names = [f"{one.tracked.name} ({one.tracked.weight:.0%})" for one in ordered[:most]]
    more = Message.of("{count} more", count=len(ordered) - most)
    return [*names, more] if len(ordered) > most else names


def missing(data: MonitoringData) -> Iterator[Signal]:
    """Return by how much more often each column is missing."""
    for one in data.drift:
        before = one.tracked.then.missing
        reason = Message.of(
            "{name} is missing in {now:.0%} of the rows, {before:.0%} in training; mend the "
            "source, or train again without it",
            name=one.tracked.name,
            now=before + one.change.missing,
            before=before,
        )
        yield Signal(one.tracked.name, one.change.missing, reason, one.tracked.usual.missing)


def _words(side: Callable[[ColumnChange], Mapping[str, float]], template: str) -> SignalReader:
    """Return the share of customers with words of one side, by column."""

    def signals(data: MonitoringData) -> Iterator[Signal]:
        for one in _features(data):
            words = side(one.change)
            if words:
                name, share = one.tracked.name, sum(words.values())
                reason = Message.of(template, name=name, share=share, words=_listed(list(words)))
                yield Signal(name, share, reason)

    return signals


new_words = _words(
    lambda change: change.new,
    "{share:.1%} of the customers have a {name} never seen in training: {words}",
)
gone_words = _words(
    lambda change: change.gone, "{name} is nobody's any more: {words} ({share:.1%} in training)"
)


def _listed(words: list[str], most: int = 5) -> str:
    shown = [repr(word) for word in words[:most]]
    if len(words) <= most:
        return Message.of("{shown}", shown=shown)
    return Message.of("{shown} and {count} more", shown=shown, count=len(words) - most)
