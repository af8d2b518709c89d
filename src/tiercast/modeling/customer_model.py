"""One model for all scores of a customer: BTYD, outlook, segments and rules."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pydantic import PlainSerializer, PlainValidator, TypeAdapter
from scipy.special import logit

from tiercast.arrays import FloatArray, IntArray
from tiercast.config.errors import InputError
from tiercast.config.plugins import check_installed
from tiercast.contract.groups import GROUP
from tiercast.features.clv import ClvModels
from tiercast.features.feature import Setting
from tiercast.features.horizons import BY_HORIZON, named
from tiercast.features.registry import KEYS
from tiercast.features.subscriptions import KNOWN_END
from tiercast.modeling.attribution import attribution
from tiercast.modeling.component_models import partner
from tiercast.modeling.further_outlook import FurtherOutlook, coherent
from tiercast.modeling.group_outlook import GroupOutlook, group_rows, joined, places_back
from tiercast.modeling.hazard import HazardModel
from tiercast.modeling.known_ends import ends_within, payment_days, with_known_ends
from tiercast.modeling.member import check_members
from tiercast.modeling.model_facts import ModelFacts
from tiercast.modeling.next_order import WaitingTimes, dates_after, on_grid
from tiercast.modeling.outlook import Outlook
from tiercast.modeling.predicted import FALLING, FIGURES
from tiercast.modeling.reasons import TOP, Effects, OwnNames, effects, reasons
from tiercast.modeling.tiered_model import SHARED, TieredModel
from tiercast.segments.clusters import CustomerSegments
from tiercast.segments.lifecycle import lifecycle_stages
from tiercast.segments.rfm import RfmEdges, rfm_scores

FORMAT = 3


def _history(stored: Mapping[str, Any]) -> ClvModels | HazardModel:
    """Return the model of histories: of contracts, else of orders."""
    return (HazardModel if "hazard" in stored else ClvModels).from_dict(stored)


@dataclass(frozen=True)
class CustomerModel(TieredModel):
    """A trained model; it holds no customer's data and is stored as JSON."""

    facts: ModelFacts
    clv: Annotated[
        ClvModels | HazardModel,
        PlainValidator(_history),
        PlainSerializer(lambda one: one.to_dict()),
    ]
    outlook: Outlook
    segments: Annotated[
        CustomerSegments,
        PlainValidator(CustomerSegments.from_dict),
        PlainSerializer(CustomerSegments.to_dict),
    ]
    rfm_edges: RfmEdges
    waiting: WaitingTimes
    further: tuple[FurtherOutlook, ...] = ()
    groups: tuple[GroupOutlook, ...] = ()

    def outlook_of(self, group: str) -> Outlook:
        """Return the outlook of a group of customers; that of all where it has none."""
        own = (one.outlook(self.outlook) for one in self.groups if one.name == group)
        return next(own, self.outlook)

    def how(self, group: str) -> str:
        """Return how a group is forecast: see `GroupOutlook`."""
        return next((one.how for one in self.groups if one.name == group), SHARED)

    def by_group(self, frame: pd.DataFrame) -> "list[tuple[CustomerModel, IntArray]]":
        """Return the model of each group and the places of its rows; one of all without groups."""
        if not self.groups or GROUP not in frame:
            return [(self, np.arange(len(frame)))]
        rows = group_rows(frame[GROUP].to_numpy(dtype=object), [one.name for one in self.groups])
        return [
            (replace(self, outlook=self.outlook_of(name), groups=()), places)
            for name, places in rows.items()
        ]

    @property
    def setting(self) -> Setting:
        """What feature expressions depend on."""
        return replace(self.facts.setting, further=tuple(one.window for one in self.further))

    @property
    def further_days(self) -> tuple[int, ...]:
        """The further horizons, in days, the shortest first."""
        return tuple(one.horizon_days for one in self.further)

    def of_days(self, days: int) -> FurtherOutlook:
        """Return the outlook of a further horizon."""
        return next(one for one in self.further if one.horizon_days == days)

    @property
    def main_alone(self) -> "CustomerModel":
        """The model of the main horizon, for rows without the features of the further ones."""
        return replace(self, further=())

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The columns a feature frame needs (`clv_*` are added by the model)."""
        facts = self.facts
        further = (
            named(one.name, days)
            for days in self.further_days
            for one in BY_HORIZON
            if one.name in facts.feature_names
        )
        return (*facts.feature_names, *further, *facts.profile_columns)

    @property
    def input_columns(self) -> list[str]:
        """The columns of a feature frame that the model reads, its keys first."""
        group = [GROUP] if self.groups else []
        return list(dict.fromkeys((*KEYS, *self.feature_names, *group)))

    @property
    def trained_as_of(self) -> dt.date:
        """The day before which everything the model knows happened."""
        return dt.date.fromisoformat(self.facts.trained_as_of)

    @property
    def horizon_days(self) -> int:
        """How far it looks ahead."""
        return self.facts.horizon_days

    def with_clv(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the feature frame with the `clv_*` columns."""
        if partner(frame)[1] in frame.columns:
            return frame
        return pd.concat([frame, self.clv.predict(frame, self.facts.training_days)], axis=1)

    def score_rows(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return all scores that depend on the row alone; the tier depends on all rows.

        `tier_p0` (best) to `tier_pN` (no order) are the tier probabilities.
        """
        full = self.with_clv(frame)
        parts = [(model._scored(full.iloc[rows]), rows) for model, rows in self.by_group(full)]
        return joined(parts)

    def _scored(self, full: pd.DataFrame) -> pd.DataFrame:
        outlook = self.outlook.predict(full)
        if self.facts.churn == "subscription":
            outlook = with_known_ends(outlook, full, self.facts.training_days)
        low, high = outlook.interval()
        tiers = outlook.tier_probabilities(self.outlook.tier_cuts)
        facts = self.facts
        scored: dict[str, Any] = {
            "churn_probability": outlook.churn,
            "expected_value": outlook.expected_value,
            "value_low": low,
            "value_high": high,
            "value_variance": outlook.variance,
        }
        scored |= self._further(full, scored)
        scored |= {f"tier_p{tier}": tiers[:, tier] for tier in range(tiers.shape[1])}
        for name, days in self._waits(full, outlook.churn).items():
            scored[name] = dates_after(full["as_of"], days)
            if facts.grid is not None:
                days_held = facts.grid, facts.horizon_days
                scored[name] = on_grid(scored[name], full["as_of"], *days_held)
        return pd.concat([self._who(full), pd.DataFrame(scored, index=full.index)], axis=1)

    def _waits(self, full: pd.DataFrame, churn: FloatArray) -> dict[str, FloatArray]:
        """Return the days to the next order, or to the payment that a contract names."""
        if isinstance(self.clv, HazardModel):
            return payment_days(full, churn, self.facts.training_days)
        return self.waiting.days(full, churn, self.clv, self.facts.training_days)

    def reasons(self, frame: pd.DataFrame, churn: FloatArray, most: int | None = TOP) -> pa.Array:
        """Return at most so many reasons of each row; those for likely leaving come first."""
        full = self.with_clv(frame)
        parts = self.by_group(full)
        found = [model._reasons(full.iloc[rows], churn[rows], most) for model, rows in parts]
        if len(found) == 1:
            return found[0]
        return pa.concat_arrays(found).take(pa.array(places_back([rows for _, rows in parts])))

    def _reasons(self, full: pd.DataFrame, churn: FloatArray, most: int | None) -> pa.Array:
        outlook = self.outlook
        found = effects(outlook.components, outlook.ensemble, full, self.facts.partner_base)
        if self.facts.churn == "subscription":
            found = self._with_known_ends(found, full, churn)
        facts = self.facts
        names = OwnNames(facts.event_types, facts.plans, facts.value)
        return reasons(found, full, churn, facts.language, names, most=most)

    def _with_known_ends(self, found: Effects, full: pd.DataFrame, churn: FloatArray) -> Effects:
        """Return the effects with that of an end that is known: what the models did not say."""
        model = self.outlook.predict(full).churn
        ends = ends_within(full, self.facts.training_days)
        effect = np.where(ends, logit(churn) - logit(model), 0.0)[:, np.newaxis]
        return Effects((*found.names, KNOWN_END), np.hstack([found.values, effect]))

    def shap_values(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, float]:
        """Return exact Shapley values of the log odds of no order, and their base value.

        The difference between a group's base value and that of all is in the column of groups.
        """
        full = self.with_clv(frame)
        base = attribution(self.outlook, full.iloc[:1], self.facts.partner_base)[1]
        parts = []
        for model, rows in self.by_group(full):
            values, own = attribution(model.outlook, full.iloc[rows], self.facts.partner_base)
            parts.append((values.assign(**{GROUP: own - base}) if self.groups else values, rows))
        return joined(parts).fillna(0.0), base

    def tier_columns(self, scored: pd.DataFrame, assigned: IntArray) -> pd.DataFrame:
        """Return tier, tier_confidence and tier_set for rows whose tier is known."""
        if not self.groups:
            return super().tier_columns(scored, assigned)
        return joined(
            [
                (super(CustomerModel, model).tier_columns(scored.iloc[rows], assigned[rows]), rows)
                for model, rows in self.by_group(scored)
            ]
        )

    def assign(self, scored: pd.DataFrame) -> IntArray:
        """Return the tier of each row, taking the rows as the whole base, group by group, (n,)."""
        if GROUP not in scored:
            return super().assign(scored)
        tiers = np.zeros(len(scored), dtype=int)
        for rows in scored.reset_index(drop=True).groupby(GROUP).indices.values():
            tiers[rows] = super().assign(scored.iloc[rows])
        return tiers

    def to_json(self) -> str:
        """Return the model as JSON, its trees as LightGBM text."""
        stored = {"format": FORMAT, **_stored().dump_python(self, mode="json")}
        return json.dumps(stored, indent=1)

    @classmethod
    def from_json(cls, text: str) -> "CustomerModel":
        """Return the model that `to_json` wrote; runs no code from the text.

        Raises
        ------
        InputError
            The model has another format, or a plugin that it needs is not installed.
        """
        stored = json.loads(text)
        if stored["format"] != FORMAT:
            raise InputError(
                f"Model format must be {FORMAT}, but got {stored['format']}; retrain."
            )
        check_installed(stored["facts"]["plugins"])
        check_members(stored["outlook"]["components"]["members"])
        return _stored().validate_python(stored)

    def _further(
        self, full: pd.DataFrame, scored: Mapping[str, FloatArray]
    ) -> dict[str, FloatArray]:
        """Return the columns of further horizons, coherent with those of the main one."""
        main = {name: np.asarray(scored[name], dtype=float) for name in FIGURES}
        own = {one.horizon_days: one.figures(full, self.clv) for one in self.further}
        falling = () if self.facts.churn == "subscription" else FALLING
        return {
            named(name, days): column
            for days, figures in coherent(self.horizon_days, main, own, falling).items()
            for name, column in figures.items()
        }

    def _who(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return ids, RFM, lifecycle and discovered segment."""
        rfm = rfm_scores(
            frame["recency_days"].to_numpy(),
            frame["orders"].to_numpy(),
            frame["revenue"].to_numpy(),
            self.rfm_edges,
            self.facts.rfm_weights,
        )
        rfm.index = frame.index
        stages = lifecycle_stages(
            frame,
            population_gap_days=self.facts.population_gap_days,
            active_days=self.facts.active_days,
        )
        keys = ["customer_id", "as_of", *(name for name in (GROUP,) if name in frame)]
        who = pd.concat([frame[keys], rfm], axis=1)
        who["lifecycle_stage"] = np.asarray(stages)
        segment, confidence = self.segments.assigned(frame)
        who["segment"], who["segment_confidence"] = np.asarray(segment), np.asarray(confidence)
        return who


@cache
def _stored() -> TypeAdapter[CustomerModel]:
    """Return how it is stored; built when needed, since that takes a tenth of a second."""
    return TypeAdapter(CustomerModel)
