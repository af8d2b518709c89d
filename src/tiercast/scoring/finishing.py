"""The last step of a scored row: its tier is known, and with it what to do and what changed."""

from dataclasses import dataclass

import pandas as pd

from tiercast.modeling.customer_model import CustomerModel
from tiercast.scoring.alerts import alerts
from tiercast.scoring.boundaries import Boundaries, IntArray
from tiercast.scoring.playbook import actions


@dataclass(frozen=True)
class Finish:
    """What turns staged rows into scores: the model, its version, and where tiers end.

    `boundaries` is None where each row's own probabilities decide its tier.
    """

    model: CustomerModel
    model_version: str
    run_id: str
    boundaries: Boundaries | None

    def rows(self, staged: pd.DataFrame, previous: pd.DataFrame) -> pd.DataFrame:
        """Answer rows with tier, change against the last scoring, action and model.

        `previous` holds what each row was told then (`previous_*`, empty for the new).
        """
        facts = self.model.facts
        tiers = self._tiers(staged)
        final = pd.concat([staged, self.model.tier_columns(staged, tiers), previous], axis=1)
        final["tier_rank"] = tiers
        final["is_last_tier"] = tiers == len(facts.tier_names) - 1
        ranks = {name: rank for rank, name in enumerate(facts.tier_names)}
        final["previous_rank"] = final["previous_tier"].map(ranks)
        change = pd.to_numeric(final["previous_rank"]) - final["tier_rank"]
        final["tier_change"] = change.astype("Int8")
        final["action"] = actions(final, facts.language)
        final["alerts"] = alerts(final)
        final["tier_probabilities"] = self._told(staged)
        final["model_name"], final["model_version"] = facts.name, self.model_version
        final["run_id"] = self.run_id
        return final

    def _tiers(self, staged: pd.DataFrame) -> IntArray:
        if self.boundaries is None:
            return self.model.assign(staged)
        return self.boundaries.tiers(staged)

    def _told(self, staged: pd.DataFrame) -> pd.Series:
        names = self.model.facts.tier_names
        rows = self.model.tier_matrix(staged).tolist()
        told = [dict(zip(names, row, strict=True)) for row in rows]
        return pd.Series(told, index=staged.index, dtype=object)
