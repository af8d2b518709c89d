"""The last step of a scored row: its tier is known, and with it what to do and what changed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tiercast.arrays import FloatArray, IntArray
from tiercast.config.alerts import AlertRule
from tiercast.modeling.assignment import most_probable
from tiercast.modeling.customer_model import CustomerModel
from tiercast.scoring.alerts import alerts
from tiercast.scoring.boundaries import Boundaries
from tiercast.scoring.playbook import actions


@dataclass(frozen=True)
class Terms:
    """What a finish goes by beside the model: its version, where tiers end, rules of alerts.

    `boundaries` is None where each row's own probabilities decide its tier; `hysteresis` is by
    what share a customer must pass one to leave the previous tier.
    """

    model_version: str
    run_id: str
    boundaries: Boundaries | None
    rules: Sequence[AlertRule] = ()
    hysteresis: float = 0.0


@dataclass(frozen=True)
class Finish:
    """What turns staged rows into scores: the model, and on which terms."""

    model: CustomerModel
    terms: Terms

    def rows(self, staged: pd.DataFrame, previous: pd.DataFrame) -> pd.DataFrame:
        """Return rows with tier, change against the last scoring, action and model.

        `previous` holds what each row was told then (`previous_*`, empty for the new).
        """
        facts = self.model.facts
        ranks = {name: rank for rank, name in enumerate(facts.tier_names)}
        before = pd.to_numeric(previous["previous_tier"].map(ranks)).astype("float64")
        plain = self._tiers(staged)
        tiers = self._steady(staged, plain, np.asarray(before, dtype=np.float64))
        final = pd.concat([staged, self.model.tier_columns(staged, tiers), previous], axis=1)
        final["tier_rank"], final["plain_rank"] = tiers, plain
        final["is_last_tier"] = tiers == len(facts.tier_names) - 1
        final["previous_rank"] = before
        final["tier_change"] = (before - final["tier_rank"]).astype("Int8")
        final["action"] = actions(final, facts.language)
        final["alerts"] = alerts(final, self.terms.rules)
        final["model_name"], final["model_version"] = facts.name, self.terms.model_version
        final["run_id"] = self.terms.run_id
        return final

    def _tiers(self, staged: pd.DataFrame) -> IntArray:
        boundaries = self.terms.boundaries
        return self.model.assign(staged) if boundaries is None else boundaries.tiers(staged)

    def _steady(self, staged: pd.DataFrame, plain: IntArray, previous: FloatArray) -> IntArray:
        """Return the tiers, those kept that a customer left by less than the margin."""
        margin, boundaries = self.terms.hysteresis, self.terms.boundaries
        if margin == 0:
            return plain
        if boundaries is not None:
            return boundaries.steady_tiers(staged, previous, margin)
        return steady_choice(self.model.tier_matrix(staged), previous, margin)


def steady_choice(probabilities: FloatArray, previous: FloatArray, margin: float) -> IntArray:
    """Return the likeliest tier, unless it is likelier than the previous by less than the margin.

    `previous` is NaN for who had none, (n,); `probabilities` has a column per tier.

    Examples
    --------
    >>> chances = np.array([[0.52, 0.48], [0.6, 0.4], [0.52, 0.48]])
    >>> steady_choice(chances, np.array([1, 1, np.nan]), 0.1).tolist()
    [1, 0, 0]
    """
    likeliest, rows = most_probable(probabilities), np.arange(len(probabilities))
    before = np.where(np.isnan(previous), likeliest, previous).astype(int)
    stays = probabilities[rows, likeliest] < probabilities[rows, before] * (1 + margin)
    return np.where(stays, before, likeliest)
