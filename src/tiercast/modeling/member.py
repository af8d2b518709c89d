"""Members of the ensemble from plugins, weighted on past origins like the other components.

A member gets the columns of the trees, and predicts the chance of an order and the expected value.
It is stored as JSON, never as a pickle: it is written to JSON and read back before it is evaluated
or scores.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Protocol, Self

import numpy as np
import pandas as pd
from pydantic import PlainSerializer, PlainValidator, TypeAdapter

from tiercast.arrays import FloatArray
from tiercast.config.errors import ConfigError
from tiercast.config.plugins import own_code, refuse_taken, rows_of
from tiercast.modeling.calibration import to_log_odds
from tiercast.modeling.design_matrix import DesignMatrix, as_text

COMPONENTS = ("trees", "linear", "btyd")  # tiercast's own
MOST_MEMBERS = 3  # so many of a base: weights are looked for among all combinations
METHODS = ("fit", "predict", "to_dict", "from_dict")
CHECKED_ROWS = 200  # predictions of these must not depend on other rows


class Estimator(Protocol):
    """What a member's class must be like.

    `features` has a row per customer and past cutoff: numbers as floats (missing: NaN), texts as
    objects (missing: None), no id, no date and no label. The prediction of a row must depend on
    that row alone: a base is scored in batches.
    """

    def fit(
        self, features: pd.DataFrame, ordered: FloatArray, value: FloatArray, *, seed: int
    ) -> object:
        """Fit to rows, to 0/1 ordered, (n,), and to the actual value, money, (n,)."""

    def predict(self, features: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
        """Return the chance of an order and the expected value (no order counts 0), (n,) each."""

    def to_dict(self) -> Mapping[str, object]:
        """Return all that `predict` needs as plain data: what JSON can hold."""

    @classmethod
    def from_dict(cls, stored: Mapping[str, object]) -> Self:
        """Return the estimator that `to_dict` described."""


@dataclass(frozen=True)
class Member:
    """One row: a name, a line of meaning, and the estimator's class."""

    name: str
    meaning: str
    estimator: Callable[[], Estimator]


@dataclass(frozen=True)
class FittedMember:
    """A fitted member; `base` is its mean log odds of an order in training.

    `estimator` None: there were too few rows, and the BTYD models predict instead.
    """

    plugin: str
    member: Member
    columns: DesignMatrix
    estimator: Estimator | None
    base: float

    @classmethod
    def fit(
        cls, owned: tuple[str, Member], panel: pd.DataFrame, columns: DesignMatrix, seed: int
    ) -> Self:
        """Fit to a training panel (features, `ordered`, `value`).

        Raises
        ------
        ConfigError
            Predictions or stored state of the estimator cannot be used; names the plugin.
        """
        plugin, member = owned
        features = features_of(panel, columns)
        ordered, value = (panel[name].to_numpy(dtype=float) for name in ("ordered", "value"))
        with own_code(plugin, f"the training of the member `{member.name}`"):
            estimator = member.estimator()
            estimator.fit(features.copy(), ordered, value, seed=seed)
        stored = cls(plugin, member, columns, _stored(owned, estimator), 0.0)
        log_odds, _ = stored.predictions(panel)
        stored._check_alone(panel, log_odds)
        return cls(plugin, member, columns, stored.estimator, float(log_odds.mean()))

    @classmethod
    def unfitted(cls, owned: tuple[str, Member], columns: DesignMatrix) -> Self:
        """Return a member for which there were too few rows."""
        return cls(*owned, columns, None, 0.0)

    def predictions(self, frame: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
        """Return log odds of an order and the expected value of each row, (n,) each.

        Raises
        ------
        ValueError
            The member is not fitted.
        ConfigError
            Predictions have another shape, gaps, a chance beyond 0 and 1, or a value below 0.
        """
        if self.estimator is None:
            raise ValueError(f"the member {self.member.name} is not fitted")
        with own_code(self.plugin, f"the prediction of the member `{self.member.name}`"):
            predicted = self.estimator.predict(features_of(frame, self.columns))
        if not isinstance(predicted, tuple | list) or len(predicted) != 2:  # chance and value
            raise self._error(
                "must return two arrays, the chance of an order and the expected value, but "
                f"returned a {type(predicted).__name__}"
            )
        with own_code(self.plugin, f"the prediction of the member `{self.member.name}`"):
            chance, value = (np.asarray(one, dtype=np.float64) for one in predicted)
        if not chance.shape == value.shape == (len(frame),):
            raise self._error(
                f"must predict a finite chance and value for each of {len(frame)} rows, but "
                f"predicted arrays of {chance.shape} and {value.shape}"
            )
        if gaps := int((~(np.isfinite(chance) & np.isfinite(value))).sum()):
            raise self._error(
                f"must predict a finite chance and value for each of {len(frame)} rows, but "
                f"{gaps} have none; a feature may be missing (NaN)"
            )
        if len(frame) and (chance.min() < 0 or chance.max() > 1 or value.min() < 0):
            raise self._error(
                f"must predict chances between 0 and 1 and values from 0 on, but predicted "
                f"chances from {chance.min():g} to {chance.max():g} and values from "
                f"{value.min():g} on"
            )
        return to_log_odds(chance), value

    def to_dict(self) -> dict[str, object]:
        """Return plain data."""
        state = None if self.estimator is None else dict(self.estimator.to_dict())
        return {
            "plugin": self.plugin,
            "name": self.member.name,
            "columns": asdict(self.columns),
            "base": self.base,
            "state": state,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Return the member that `to_dict` described, of the plugin that is installed."""
        plugin, state = stored["plugin"], stored["state"]
        (member,) = (one for _, one in members_of([plugin]) if one.name == stored["name"])
        estimator = None if state is None else _from_dict(plugin, member, state)
        design = TypeAdapter(DesignMatrix).validate_python(stored["columns"])
        return cls(plugin, member, design, estimator, stored["base"])

    def _check_alone(self, panel: pd.DataFrame, among_others: FloatArray) -> None:
        """Refuse a member whose prediction of a row depends on other rows."""
        alone, _ = self.predictions(panel.head(CHECKED_ROWS))
        if not np.allclose(alone, among_others[:CHECKED_ROWS], rtol=1e-6, atol=1e-9):
            raise self._error(
                "predicts otherwise for the same rows when there are fewer: the prediction of a "
                "row must depend on that row alone"
            )

    def _error(self, what: str) -> ConfigError:
        return ConfigError(f"Plugin `{self.plugin}`: the member `{self.member.name}` {what}.")


StoredMember = Annotated[
    FittedMember, PlainValidator(FittedMember.from_dict), PlainSerializer(FittedMember.to_dict)
]


def check_members(stored: Sequence[Mapping[str, str]]) -> None:
    """Refuse stored members that the installed plugins do not have.

    Raises
    ------
    ConfigError
        A plugin is not installed, or has no such member any more.
    """
    for one in stored:
        known = [member.name for _, member in members_of([one["plugin"]])]
        if one["name"] not in known:
            raise ConfigError(
                f"The model's ensemble has the member `{one['name']}` of plugin "
                f"`{one['plugin']}`, which has {', '.join(known) or 'none'} now; install the "
                "version that it was trained with."
            )


def members_of(plugins: Sequence[str]) -> tuple[tuple[str, Member], ...]:
    """Return the members that plugins add, each with its plugin's name.

    Raises
    ------
    ConfigError
        A member bears the name of one of tiercast's own, or is not an estimator's class, or
        there are more than three.
    """
    rows = rows_of(plugins, "members", Member)
    refuse_taken([(plugin, member.name) for plugin, member in rows], COMPONENTS, "member")
    for plugin, member in rows:
        if wrong := _wrong(member):
            raise ConfigError(f"Plugin `{plugin}`: the member `{member.name}` {wrong}.")
    if len(rows) > MOST_MEMBERS:
        names = ", ".join(member.name for _, member in rows)
        raise ConfigError(
            f"plugins: an ensemble takes at most {MOST_MEMBERS} own members, but got {names}."
        )
    return rows


def _wrong(member: Member) -> str | None:
    if not callable(member.estimator):
        made = type(member.estimator).__name__
        return f"needs the class of its estimator, but got an instance; write `estimator={made}`"
    missing = [name for name in METHODS if not callable(getattr(member.estimator, name, None))]
    if missing:
        return f"needs the methods {', '.join(METHODS)}, but lacks {', '.join(missing)}"
    return None


def features_of(frame: pd.DataFrame, columns: DesignMatrix) -> pd.DataFrame:
    """Return the columns that the trees see, as members take them."""
    numbers = {
        name: frame[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in columns.numeric
    }
    texts = {name: as_text(frame[name]).astype(object) for name in columns.levels}
    plain = {name: text.where(text.notna(), None) for name, text in texts.items()}
    return pd.DataFrame({**numbers, **plain}, index=frame.index)


def _stored(owned: tuple[str, Member], estimator: Estimator) -> Estimator:
    """Return the estimator as it comes back from JSON."""
    plugin, member = owned
    with own_code(plugin, f"`to_dict` of the member `{member.name}`"):
        state = estimator.to_dict()
    try:
        text = json.dumps(state, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ConfigError(
            f"Plugin `{plugin}`: what the member `{member.name}` stores must be plain data (JSON "
            f"numbers, texts, lists and mappings): {error}."
        ) from error
    return _from_dict(plugin, member, json.loads(text))


def _from_dict(plugin: str, member: Member, state: Mapping[str, object]) -> Estimator:
    with own_code(plugin, f"`from_dict` of the member `{member.name}`"):
        # `estimator` is typed as what makes one; `from_dict` is of its class.
        make = member.estimator.from_dict  # type: ignore[attr-defined]  # of a plugin
        found: Estimator = make(state)
    return found
