"""The model of a label table: who leaves by its columns, what that is worth, and why."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
from pydantic import TypeAdapter

from tiercast.arrays import FloatArray, IntArray
from tiercast.config.errors import InputError
from tiercast.config.settings import Settings
from tiercast.features.registry import KEYS
from tiercast.modeling.assignment import Assign, assign_by_risk
from tiercast.modeling.label_outlook import LabelOutlook
from tiercast.modeling.phrases import Language
from tiercast.modeling.reasons import TOP, reasons
from tiercast.modeling.target import Target
from tiercast.modeling.tiered_model import TieredModel

FORMAT = 1
KIND = "label"


class LabelFacts(Settings):
    """Facts of the training: its data and its settings, as plain values.

    `features` are the columns that the model looks at; `value_feature` is the one with what a
    customer is worth (None: each counts 1). `outcome` says which label it is: `Churn = Yes`.
    """

    name: str
    trained_as_of: str
    outcome: str
    value_feature: str | None
    tier_names: tuple[str, ...]
    assign: Assign
    features: tuple[str, ...]
    language: Language

    @property
    def plugins(self) -> Mapping[str, str]:
        """Plugins do not apply."""
        return {}

    @property
    def target(self) -> Target:
        """What the model forecasts."""
        return Target(0, "label", self.outcome)


@dataclass(frozen=True)
class LabelModel(TieredModel):
    """A trained model; it holds no customer's data and is stored as JSON."""

    facts: LabelFacts
    outlook: LabelOutlook

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The columns a feature frame needs."""
        return self.facts.features

    @property
    def input_columns(self) -> list[str]:
        """The columns of a feature frame that the model reads, its keys first."""
        return [*KEYS, *self.feature_names]

    @property
    def trained_as_of(self) -> dt.date:
        """The day of the table that it was trained on."""
        return dt.date.fromisoformat(self.facts.trained_as_of)

    def with_clv(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the frame as it is: a label table has no order history."""
        return frame

    def worth(self, frame: pd.DataFrame) -> FloatArray:
        """Return what each customer is worth if they stay, (n,); 1 without a value column."""
        if self.facts.value_feature is None:
            return np.ones(len(frame))
        value = frame[self.facts.value_feature].to_numpy(dtype=float, na_value=0.0)
        return np.maximum(np.nan_to_num(value), 0.0)

    def score_rows(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return all scores that depend on the row alone; the tier depends on all rows.

        `tier_p0` (best) to `tier_pN` (leaves) are the tier probabilities.
        """
        outlook = self.outlook.predict(frame, self.worth(frame))
        low, high = outlook.interval()
        tiers = outlook.tier_probabilities(self.outlook.tier_cuts)
        scored = frame[[*KEYS]].copy()
        scored["churn_probability"] = outlook.churn
        scored["expected_value"] = outlook.expected_value
        scored["value_low"], scored["value_high"] = low, high
        scored["value_variance"] = outlook.variance
        for tier in range(tiers.shape[1]):
            scored[f"tier_p{tier}"] = tiers[:, tier]
        return scored

    def assign(self, scored: pd.DataFrame) -> IntArray:
        """Return the tier (0 = best) of each row, taking the rows as the whole base, (n,)."""
        return assign_by_risk(
            self.facts.assign,
            self.tier_matrix(scored),
            scored["churn_probability"].to_numpy(),
            scored["customer_id"].to_numpy(),
        )

    def reasons(self, frame: pd.DataFrame, churn: FloatArray, most: int | None = TOP) -> pa.Array:
        """Return at most so many reasons of each row; those for likely leaving come first."""
        found = self.outlook.effects(frame)
        return reasons(found, frame, churn, self.facts.language, most=most)

    def shap_values(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, float]:
        """Return exact Shapley values, a column each, of the log odds of leaving, and the base."""
        found = self.outlook.effects(frame)
        values = pd.DataFrame(found.values, columns=list(found.names), index=frame.index)
        return values, self.outlook.base_log_odds

    def to_json(self) -> str:
        """Return the model as JSON, its trees as LightGBM text."""
        stored = _stored().dump_python(self, mode="json")
        return json.dumps({"kind": KIND, "format": FORMAT, **stored}, indent=1)

    @classmethod
    def from_stored(cls, stored: Mapping[str, object]) -> "LabelModel":
        """Return the model from the data of `to_json`; runs no code from it.

        Raises
        ------
        InputError
            The model has another format.
        """
        if stored["format"] != FORMAT:
            raise InputError(
                f"Format of a label model must be {FORMAT}, but got {stored['format']}; retrain."
            )
        return _stored().validate_python(stored)


@cache
def _stored() -> TypeAdapter[LabelModel]:
    """Return how it is stored; built when needed, since that takes a tenth of a second."""
    return TypeAdapter(LabelModel)
