"""Buy-till-you-die models as the literature has them, each with Gamma-Gamma for the spend."""

import pandas as pd

from tiercast.backtesting.contender import (
    CannotFitError,
    ContenderForecast,
    Forecaster,
    OriginData,
)
from tiercast.btyd.beta_geometric import BGNBD, MBGNBD
from tiercast.btyd.gamma_gamma import GammaGamma
from tiercast.btyd.history_model import HistoryModel
from tiercast.btyd.pareto_nbd import ParetoNBD
from tiercast.features.clv import COUNTS, SPEND, STATISTICS


def by_bg_nbd(origin_data: OriginData) -> Forecaster:
    """Return BG/NBD with Gamma-Gamma."""
    return _by_histories(BGNBD(), origin_data)


def by_mbg_nbd(origin_data: OriginData) -> Forecaster:
    """Return MBG/NBD with Gamma-Gamma."""
    return _by_histories(MBGNBD(), origin_data)


def by_pareto_nbd(origin_data: OriginData) -> Forecaster:
    """Return Pareto/NBD with Gamma-Gamma."""
    return _by_histories(ParetoNBD(), origin_data)


def _by_histories(model: HistoryModel, origin_data: OriginData) -> Forecaster:
    """Return a model fitted on the base as it stands at the origin, in calendar days."""
    statistics = _statistics(origin_data.panel.current)
    repeat = (statistics["frequency"] > 0) & (statistics["monetary_value"] > 0)
    if not repeat.any():
        raise CannotFitError("no customer has a repeat order of positive amount")
    orders = model.fit(statistics[COUNTS])
    spend = GammaGamma().fit(statistics.loc[repeat, SPEND])
    horizon = float(origin_data.config.outlook.horizon_days)

    def predict(frame: pd.DataFrame) -> ContenderForecast:
        statistics_of = _statistics(frame)
        ahead = orders.expected_orders(statistics_of[COUNTS], horizon)
        churn = 1.0 - orders.order_probability(statistics_of[COUNTS], horizon)
        return ContenderForecast(churn, ahead * spend.expected_spend(statistics_of[SPEND]))

    return predict


def _statistics(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[list(STATISTICS)].rename(columns=STATISTICS)
