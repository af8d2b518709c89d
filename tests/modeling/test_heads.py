import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from tiercast.modeling.heads import (
    BTYD_WEIGHT,
    FEWEST_ROWS,
    LEAST_VALUE,
    HeadParams,
    Heads,
    Targets,
)
from tiercast.modeling.trees import TreeParams

TREES = TreeParams(num_leaves=4, min_data_in_leaf=20, rounds=15)
PARAMS = HeadParams(TREES, TREES)


@pytest.fixture(scope="module")
def heads(simulated_panel):
    return Heads.fit(simulated_panel, PARAMS, 7)


def too_few(panel):
    return panel.head(FEWEST_ROWS - 1)


def nobody_ordered(panel):
    return panel.assign(ordered=False, value=0.0)


def nearly_all_ordered(panel):
    return panel.assign(ordered=np.arange(len(panel)) > 5)


def worth_nothing(panel):
    return panel.assign(value=0.0)


def one_worth_anything(panel):
    return panel.assign(value=np.where(panel["ordered"].cumsum() == 1, panel["value"], 0.0))


def nothing_to_tell_apart(panel):
    return panel[["customer_id", "as_of", "ordered", "value"]].assign(
        clv_order_probability_mbg=0.4, clv_expected_value=12.0
    )


POOR = [
    too_few,
    nobody_ordered,
    nearly_all_ordered,
    worth_nothing,
    one_worth_anything,
    nothing_to_tell_apart,
]


@pytest.mark.parametrize("poor", POOR)
def test_where_trees_cannot_learn_the_btyd_models_answer_alone(simulated_panel, poor):
    panel = poor(simulated_panel)
    heads = Heads.fit(panel, PARAMS, 7)
    told = heads.predict(panel)
    chance = panel["clv_order_probability_mbg"].to_numpy()
    expected = panel["clv_expected_value"].to_numpy() / chance
    assert told.log_odds == pytest.approx(logit(chance))
    limits = (LEAST_VALUE, heads.largest_mean)
    assert told.mean_if_order == pytest.approx(np.clip(expected, *limits))
    assert heads.to_files() == {}


def test_log_odds_are_the_trees_and_the_partners_by_weight(heads, simulated_panel):
    trees = heads.order.predict(heads.design.transform(simulated_panel), raw_score=True)
    partner = logit(simulated_panel["clv_order_probability_mbg"].to_numpy())
    expected = (1 - BTYD_WEIGHT) * trees + BTYD_WEIGHT * partner
    assert heads.predict(simulated_panel).log_odds == pytest.approx(expected)


def test_log_expected_value_is_the_weighted_mean_of_three_forecasts(heads, simulated_panel):
    told = heads.predict(simulated_panel)
    matrix = heads.design.transform(simulated_panel)
    chance = expit(told.log_odds)
    trees = np.log(heads.total.predict(matrix)) + np.log(chance * heads.given.predict(matrix))
    partner = np.log(simulated_panel["clv_expected_value"].to_numpy())
    expected = np.exp((1 - BTYD_WEIGHT) * trees / 2 + BTYD_WEIGHT * partner) / chance
    assert told.mean_if_order == pytest.approx(np.clip(expected, 0.01, heads.largest_mean))


def test_a_forecast_lies_between_the_least_and_the_largest_value(heads, simulated_panel):
    wild = simulated_panel.assign(clv_expected_value=[0.0, 1e12] * (len(simulated_panel) // 2))
    mean = heads.predict(wild).mean_if_order
    assert mean.min() >= LEAST_VALUE
    assert mean.max() == heads.largest_mean


def test_the_forecast_ranks_who_orders(heads, simulated_panel):
    log_odds = heads.predict(simulated_panel).log_odds
    ordered = simulated_panel["ordered"].to_numpy()
    assert log_odds[ordered].mean() > log_odds[~ordered].mean() + 0.5


def test_files_give_identical_forecasts(heads, simulated_panel):
    back = Heads.from_files(heads.design, heads.to_files(), heads.largest_mean, heads.btyd_weight)
    first, second = heads.predict(simulated_panel), back.predict(simulated_panel)
    assert first.log_odds.tolist() == second.log_odds.tolist()
    assert first.mean_if_order.tolist() == second.mean_if_order.tolist()
    assert set(heads.to_files()) == {"order.txt", "total.txt", "given.txt"}


def test_one_seed_gives_one_forecast(heads, simulated_panel):
    again = Heads.fit(simulated_panel, PARAMS, 7)
    assert again.to_files() == heads.to_files()


def test_a_forecast_of_one_row_needs_no_others(heads, simulated_panel):
    told = heads.predict(simulated_panel.head(40))
    alone = [heads.predict(simulated_panel.iloc[[row]]) for row in range(40)]
    assert told.log_odds.tolist() == [one.log_odds[0] for one in alone]
    assert told.mean_if_order.tolist() == [one.mean_if_order[0] for one in alone]


def test_the_few_largest_values_are_held_down():
    value = np.r_[np.zeros(1000), np.arange(1.0, 1001), 1e9]
    panel = pd.DataFrame({"ordered": value > 0, "value": value})
    target = Targets.of(panel)
    assert target.largest == pytest.approx(np.quantile(value[value > 0], 0.999))
    assert target.value.max() == target.largest < 1001
    assert target.value[:2000].tolist() == np.minimum(value[:2000], target.largest).tolist()


def test_without_buyers_the_largest_value_is_the_least():
    panel = pd.DataFrame({"ordered": [False], "value": [0.0]})
    assert Targets.of(panel).largest == LEAST_VALUE
    assert not Targets.of(panel).enough
