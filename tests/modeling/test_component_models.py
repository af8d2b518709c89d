import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from stored_parts import read_back, stored
from tiercast.modeling.base_size import FEWEST_ROWS
from tiercast.modeling.component_models import (
    COMPONENTS,
    FEW_CUSTOMERS,
    LEAST_VALUE,
    ComponentModels,
    ComponentParams,
    ComponentPredictions,
    Targets,
)
from tiercast.modeling.trees import TreeParams

TREES = TreeParams(num_leaves=4, min_data_in_leaf=20, rounds=15)
PARAMS = ComponentParams(TREES, TREES)


@pytest.fixture(scope="module")
def components(simulated_panel):
    return ComponentModels.fit(simulated_panel, PARAMS, 7)


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
def test_where_nothing_can_be_learnt_every_expert_says_what_the_btyd_models_say(
    simulated_panel, poor
):
    panel = poor(simulated_panel)
    components = ComponentModels.fit(panel, PARAMS, 7)
    told = components.predict(panel)
    chance = panel["clv_order_probability_mbg"].to_numpy()
    expected = np.maximum(panel["clv_expected_value"].to_numpy(), LEAST_VALUE)
    assert components.learners is None
    for expert in range(len(COMPONENTS)):
        assert told.log_odds[:, expert] == pytest.approx(logit(chance))
        assert told.log_value[:, expert] == pytest.approx(np.log(expected))


def test_the_btyd_models_speak_last_and_for_themselves(components, simulated_panel):
    told = components.predict(simulated_panel)
    chance = simulated_panel["clv_order_probability_mbg"].to_numpy()
    value = simulated_panel["clv_expected_value"].to_numpy()
    assert COMPONENTS[-1] == "btyd"
    assert told.log_odds[:, -1] == pytest.approx(logit(chance))
    assert told.log_value[:, -1] == pytest.approx(np.log(np.maximum(value, LEAST_VALUE)))


def test_of_a_customer_beyond_what_ten_reached_the_btyd_models_tell_the_value(
    components, simulated_panel
):
    largest = simulated_panel.groupby("customer_id")["value"].max()
    assert components.reached == largest.sort_values().iloc[-FEW_CUSTOMERS]
    asked = simulated_panel.head(3).assign(
        clv_expected_value=[
            components.reached * 0.99,
            components.reached * 1.01,
            components.reached * 40,
        ]
    )
    told = components.predict(asked)
    values = np.log(asked["clv_expected_value"].to_numpy())
    assert told.log_value[1:] == pytest.approx(np.repeat(values[1:, np.newaxis], 3, axis=1))
    assert told.log_value[0, :2].max() < values[0]
    assert len(np.unique(told.log_odds[2])) == 3


@pytest.mark.parametrize(("buyers", "reached"), [(0, LEAST_VALUE), (9, LEAST_VALUE), (10, 5.0)])
def test_values_are_reached_where_ten_customers_had_them(simulated_panel, buyers, reached):
    place = simulated_panel["customer_id"].rank(method="dense")
    panel = simulated_panel.assign(value=np.where(place <= buyers, 5.0, 0.0))
    assert ComponentModels.fit(panel, PARAMS, 7).reached == reached


def test_the_trees_value_is_the_mean_of_two_forecasts_in_logs(components, simulated_panel):
    told, learners = components.predict(simulated_panel), components.learners
    matrix = components.design.transform(simulated_panel)
    by_boosters = learners.order.booster.predict(matrix, raw_score=True) + learners.order.base
    assert told.log_odds[:, 0] == pytest.approx(by_boosters)
    total = learners.total.booster.predict(matrix, raw_score=True) + learners.total.base
    given = learners.given.booster.predict(matrix, raw_score=True) + learners.given.base
    joint = np.log(expit(by_boosters)) + given
    expected = np.maximum((total + joint) / 2, np.log(LEAST_VALUE))
    assert told.log_value[:, 0] == pytest.approx(expected)


def test_the_linear_value_is_chance_times_mean_given_an_order(components, simulated_panel):
    told, learners = components.predict(simulated_panel), components.learners
    matrix, none = components.design.transform(simulated_panel), np.zeros(len(simulated_panel))
    order = learners.linear_order.raw(matrix, none)
    value = expit(order) * np.exp(learners.linear_given.raw(matrix, none))
    assert told.log_odds[:, 1] == pytest.approx(order)
    assert told.log_value[:, 1] == pytest.approx(np.log(np.maximum(value, LEAST_VALUE)))


def test_a_horizon_twice_as_long_doubles_the_odds_and_the_total_of_those_who_learnt(
    components, simulated_panel
):
    usual, longer = (
        components.predict(simulated_panel.assign(season_horizon_ratio=ratio))
        for ratio in (1.0, 2.0)
    )
    log_2 = np.log(2)
    assert longer.log_odds[:, :2] == pytest.approx(usual.log_odds[:, :2] + log_2)
    # Half of the trees' value is the Tweedie trees'; the rest grows as the chance does.
    grown = np.log(expit(longer.log_odds[:, :2]) / expit(usual.log_odds[:, :2]))
    grown[:, 0] = (grown[:, 0] + log_2) / 2
    told = usual.log_value[:, :2] > np.log(LEAST_VALUE)
    assert told.mean() > 0.9
    difference = longer.log_value[:, :2] - usual.log_value[:, :2]
    assert difference[told] == pytest.approx(grown[told])
    # The BTYD models' columns were made with the horizon in them.
    assert longer.log_odds[:, 2].tolist() == usual.log_odds[:, 2].tolist()


def test_rows_without_a_known_season_count_as_the_usual_horizon(components, simulated_panel):
    unknown = simulated_panel.assign(season_horizon_ratio=np.nan)
    told, usual = components.predict(unknown), components.predict(simulated_panel)
    assert told.log_odds.tolist() == usual.log_odds.tolist()
    assert told.log_value.tolist() == usual.log_value.tolist()


def test_the_horizon_s_length_is_learnt_from_as_an_offset(simulated_panel, components):
    # Twice as long everywhere: the same trees from odds half as large.
    doubled = simulated_panel.assign(season_horizon_ratio=2.0)
    learners = ComponentModels.fit(doubled, PARAMS, 7).learners
    for name in ("order", "total"):
        base = getattr(components.learners, name).base
        assert getattr(learners, name).base == pytest.approx(base - np.log(2))
    assert learners.given.base == components.learners.given.base
    told = ComponentModels.fit(doubled, PARAMS, 7).predict(doubled)
    assert told.log_odds == pytest.approx(components.predict(simulated_panel).log_odds, abs=1e-4)


def test_a_value_is_never_below_the_least(components, simulated_panel):
    nothing = simulated_panel.assign(clv_expected_value=0.0, clv_order_probability_mbg=0.0)
    assert components.predict(nothing).log_value.min() >= np.log(LEAST_VALUE)
    assert np.isfinite(components.predict(nothing).log_odds).all()


@pytest.mark.parametrize("expert", range(2))
def test_the_learners_rank_who_orders(components, simulated_panel, expert):
    log_odds = components.predict(simulated_panel).log_odds[:, expert]
    ordered = simulated_panel["ordered"].to_numpy()
    assert log_odds[ordered].mean() > log_odds[~ordered].mean() + 0.5


def test_stored_components_predict_the_same(components, simulated_panel):
    back = read_back(components)
    first, second = components.predict(simulated_panel), back.predict(simulated_panel)
    assert first.log_odds.tolist() == second.log_odds.tolist()
    assert first.log_value.tolist() == second.log_value.tolist()
    assert back.largest_mean == components.largest_mean


def test_components_without_learners_come_back_without(simulated_panel):
    components = ComponentModels.fit(too_few(simulated_panel), PARAMS, 7)
    assert read_back(components) == components


def test_one_seed_learns_the_same_and_another_not(components, simulated_panel):
    again = ComponentModels.fit(simulated_panel, PARAMS, 7)
    assert stored(again) == stored(components)
    assert stored(ComponentModels.fit(simulated_panel, PARAMS, 8)) != stored(components)


def test_the_opinions_on_one_row_need_no_others(components, simulated_panel):
    told = components.predict(simulated_panel.head(40))
    alone = [components.predict(simulated_panel.iloc[[row]]) for row in range(40)]
    assert told.log_odds.tolist() == [one.log_odds[0].tolist() for one in alone]
    assert told.log_value.tolist() == [one.log_value[0].tolist() for one in alone]


def test_opinions_on_some_rows_are_those_rows():
    numbers = np.arange(9.0).reshape(3, 3)
    some = ComponentPredictions(numbers, -numbers)[np.array([2, 0])]
    assert some.log_odds.tolist() == [[6, 7, 8], [0, 1, 2]]
    assert some.log_value.tolist() == [[-6, -7, -8], [0, -1, -2]]


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
