"""The champion's forecasts of the newest past cutoff that the challenger forecast.

A champion trained before that cutoff forecasts it as deployed: it has not seen the outcomes. One
trained later has seen some of them. Then its own record of past forecasts counts, if it has that
cutoff. If not, it forecasts the cutoff all the same, with a head start.
"""

import pandas as pd

from tiercast.features.registry import KEYS
from tiercast.modeling.customer_model import CustomerModel
from tiercast.training.gate import ChampionForecasts
from tiercast.training.panel import Panel

AS_DEPLOYED = "as deployed: it was trained before that day"
ON_RECORD = "by its own record of past forecasts"
AHEAD = (
    "as deployed, with a head start: it was trained after that day and saw some of the outcomes"
)


def champion_forecasts(
    version: str,
    champion: CustomerModel,
    record: pd.DataFrame | None,
    panel: Panel,
    challenger: pd.DataFrame,
) -> ChampionForecasts:
    """Return the champion's forecasts of the challenger's newest past cutoff.

    `record` are the champion's stored past forecasts, `challenger` the challenger's; both are of
    one target. Where the base lacks features of the champion, its record counts. Where orders
    lie on a calendar grid, a champion for another number of its days has no forecasts.
    """
    champion = champion.main_alone
    if champion.facts.grid_days != panel.grid_days:
        return ChampionForecasts(version, None)
    if challenger.empty or not _can_answer(champion, panel):
        return ChampionForecasts(version, record, ON_RECORD)
    newest = max(challenger["as_of"])
    if champion.trained_as_of <= newest:
        return ChampionForecasts(
            version, _predictions_of(champion, panel, challenger, newest), AS_DEPLOYED
        )
    if record is not None and newest in set(record["as_of"]):
        return ChampionForecasts(version, record, ON_RECORD)
    return ChampionForecasts(version, _predictions_of(champion, panel, challenger, newest), AHEAD)


def _can_answer(champion: CustomerModel, panel: Panel) -> bool:
    return set(champion.feature_names) <= set(panel.rows.columns)


def _predictions_of(
    champion: CustomerModel, panel: Panel, challenger: pd.DataFrame, newest: object
) -> pd.DataFrame:
    """Return the champion's forecasts of the customers whom the challenger forecast that day."""
    both = challenger.loc[challenger["as_of"] == newest, [*KEYS]]
    rows = panel.rows.loc[panel.rows["as_of"] == newest, champion.input_columns]
    return champion.predict(rows.merge(both, on=[*KEYS]).reset_index(drop=True))
