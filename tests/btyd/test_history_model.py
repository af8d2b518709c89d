import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiercast.btyd.beta_geometric import BGNBD, MBGNBD
from tiercast.btyd.pareto_nbd import ParetoNBD

COIN = {"r": 0.8, "alpha": 30.0, "a": 0.8, "b": 2.4}
LIFETIME = {"r": 0.8, "alpha": 30.0, "s": 0.9, "beta": 60.0}
PARAMETERS = {BGNBD: COIN, MBGNBD: COIN, ParetoNBD: LIFETIME}
ALL = pytest.mark.parametrize("model", PARAMETERS)

positive = st.floats(1e-4, 1e4)
horizons = st.just(0.0) | st.floats(1e-9, 1e5)
parameters = st.tuples(positive, positive, positive, positive)


def from_numbers(model, numbers):
    return model.from_dict(dict(zip(model.parameter_floors, numbers, strict=True)))


@st.composite
def histories(draw):
    frequency = draw(st.integers(0, 5000))
    T = draw(st.floats(0, 1e5))
    recency = 0.0 if frequency == 0 else draw(st.floats(0, 1)) * T
    return [[frequency, recency, T]]


def simulate(model, size, horizon, seed):
    """Live through the model's story: histories up to T, and orders in the horizon after it."""
    rng = np.random.default_rng(seed)
    numbers = PARAMETERS[model]
    T = rng.uniform(20, 300, size)
    rate = rng.gamma(numbers["r"], 1 / numbers["alpha"], size)
    end, drop = T + horizon, np.zeros(size)
    if model is ParetoNBD:
        hazard = rng.gamma(numbers["s"], 1 / numbers["beta"], size)
        end = np.minimum(end, rng.exponential(1 / hazard))
    else:
        drop = rng.beta(numbers["a"], numbers["b"], size)
    frequency, recency, ahead, time = np.zeros((4, size))
    active = np.arange(size)
    if model is MBGNBD:
        active = active[rng.random(size) >= drop]
    while len(active):
        time[active] += rng.exponential(1 / rate[active])
        active = active[time[active] <= end[active]]
        past = active[time[active] <= T[active]]
        frequency[past] += 1
        recency[past] = time[past]
        ahead[active[time[active] > T[active]]] += 1
        active = active[rng.random(len(active)) >= drop[active]]
    return np.column_stack([frequency, recency, T]), ahead


def strata(rows):
    """One-time buyers and the rest, each by age, the rest by frequency and by silence too."""
    frequency, recency, T = rows.T
    yield np.full(len(rows), True)
    for group in (
        frequency == 0,
        frequency == 1,
        (frequency > 1) & (frequency < 6),
        frequency > 5,
    ):
        for old in (T < 150, T >= 150):
            for silent in (T - recency < 60, T - recency >= 60):
                yield group & old & silent


@ALL
def test_predictions_come_true_in_a_simulated_base_and_its_parts(model):
    rows, ahead = simulate(model, 200_000, 45.0, seed=3)
    fitted = model.from_dict(PARAMETERS[model])
    chance, expected = fitted.order_probability(rows, 45), fitted.expected_orders(rows, 45)
    n_parts = 0
    for part in strata(rows):
        n = part.sum()
        if n < 200:
            continue
        n_parts += 1
        chance_error = np.sqrt((chance[part] * (1 - chance[part])).sum())
        assert abs((ahead[part] > 0).sum() - chance[part].sum()) < 4 * chance_error
        orders_error = ahead[part].std() * np.sqrt(n)
        assert abs(ahead[part].sum() - expected[part].sum()) < 4 * orders_error
    assert n_parts >= 14


@ALL
def test_the_fit_finds_the_parameters_of_a_simulated_base(model):
    rows, _ = simulate(model, 200_000, 45.0, seed=4)
    fitted = model().fit(rows)
    assert fitted.converged_
    assert fitted.to_dict() == pytest.approx(PARAMETERS[model], rel=0.06)


@ALL
def test_weights_repeated_rows_and_their_order_fit_alike(model, cdnow_histories):
    some = cdnow_histories.iloc[:300]
    counts = np.arange(300) % 3
    repeated = some.loc[some.index.repeat(counts)]
    weighted = model().fit(some, sample_weight=counts)
    again = model().fit(repeated.sample(frac=1, random_state=0))
    assert weighted.to_dict() == again.to_dict()
    assert weighted.log_likelihood_ == again.log_likelihood_


@ALL
def test_the_unit_of_time_changes_nothing_but_the_parameters_of_time(model, cdnow_histories):
    weeks, days = model().fit(cdnow_histories), model().fit(cdnow_histories * [1, 7, 7])
    for name, in_weeks in weeks.to_dict().items():
        unit = 7 if name in {"alpha", "beta"} else 1
        assert days.to_dict()[name] == pytest.approx(in_weeks * unit, rel=1e-9)
    assert days.order_probability(cdnow_histories * [1, 7, 7], 91) == pytest.approx(
        weeks.order_probability(cdnow_histories, 13)
    )


@ALL
@given(numbers=parameters, rows=histories(), horizon=horizons)
def test_chances_are_chances_and_grow_with_the_horizon(model, numbers, rows, horizon):
    fitted = from_numbers(model, numbers)
    chance = fitted.order_probability(rows, horizon)
    later = fitted.order_probability(rows, 2 * horizon + 1)
    assert 0 <= chance <= later * (1 + 1e-12)
    assert later <= 1
    assert fitted.order_probability(rows, 0) == 0


@ALL
@given(numbers=parameters, rows=histories(), horizon=horizons)
def test_expected_orders_lie_between_the_chance_of_one_and_those_of_the_undying(
    model, numbers, rows, horizon
):
    fitted = from_numbers(model, numbers)
    orders = fitted.expected_orders(rows, horizon)
    undying = (fitted.r_ + rows[0][0]) * horizon / (fitted.alpha_ + rows[0][2])
    assert np.isfinite(orders)
    assert fitted.order_probability(rows, horizon) <= orders <= undying * (1 + 1e-12)


@ALL
def test_a_short_horizon_has_the_chance_of_its_expected_orders(model):
    fitted, rows = model.from_dict(PARAMETERS[model]), [[0, 0, 90.0], [6, 80.0, 90.0]]
    chance, orders = fitted.order_probability(rows, 1e-4), fitted.expected_orders(rows, 1e-4)
    assert chance == pytest.approx(orders, rel=1e-4)
    assert (chance < 1e-4).all()


@ALL
def test_each_customer_may_have_a_horizon(model):
    fitted, rows = model.from_dict(PARAMETERS[model]), [[2, 50.0, 90.0]] * 2
    for predict in (fitted.order_probability, fitted.expected_orders):
        both = predict(rows, [7, 70])
        assert both.tolist() == [predict(rows, 7)[0], predict(rows, 70)[0]]


@ALL
def test_an_empty_batch_has_no_predictions(model):
    fitted = model.from_dict(PARAMETERS[model])
    assert fitted.order_probability(np.empty((0, 3)), 90).shape == (0,)
    assert fitted.expected_orders(np.empty((0, 3)), 90).shape == (0,)


@ALL
@pytest.mark.parametrize("horizon", [-1, np.nan, np.inf, [1, -1]])
def test_an_impossible_horizon_is_refused(model, horizon):
    with pytest.raises(ValueError, match="horizon must be finite and >= 0, but got"):
        model.from_dict(PARAMETERS[model]).order_probability([[0, 0, 5.0]] * 2, horizon)


@ALL
@pytest.mark.parametrize(
    "rows",
    [
        [[0, 0, 10.0]],
        [[3, 9.0, 10.0]],
        [[0, 0, float(age)] for age in range(1, 300, 7)],
        [[age // 7, age // 7 * 7.0, float(age)] for age in range(50, 300)],
        [[1, 1.0, 300.0]] * 50,
        [[5000, 9e4, 1e5], [0, 0, 1e-6], [1, 1, 1e5]],
    ],
    ids=["one order", "one customer", "nobody back", "nobody left", "twins", "extremes"],
)
def test_degenerate_bases_fit_to_finite_parameters_and_predictions(model, rows):
    fitted = model().fit(rows)
    assert all(0 < value < np.inf for value in fitted.to_dict().values())
    assert np.isfinite(fitted.log_likelihood_)
    chance, orders = fitted.order_probability(rows, 90), fitted.expected_orders(rows, 90)
    assert ((chance >= 0) & (chance <= 1) & (orders >= chance) & np.isfinite(orders)).all()


@ALL
def test_nobody_or_everybody_returning_is_predicted_again(model):
    one_time_buyers = [[0, 0, float(age)] for age in range(200, 300)]
    assert (model().fit(one_time_buyers).order_probability(one_time_buyers, 90) < 1e-3).all()
    weekly = [[age // 7, age // 7 * 7.0, float(age)] for age in range(50, 300)]
    fitted = model().fit(weekly)
    assert not fitted.converged_
    assert fitted.expected_orders(weekly, 70) == pytest.approx(np.full(250, 10.0), rel=0.05)


@ALL
def test_a_fit_on_nobody_or_on_a_single_moment_is_refused(model):
    with pytest.raises(ValueError, match="at least one customer"):
        model().fit(np.empty((0, 3)))
    with pytest.raises(ValueError, match="T is 0 in all 2 rows; take a later cutoff"):
        model().fit([[0, 0, 0], [0, 0, 0]])


@ALL
def test_a_penalty_draws_the_parameters_towards_zero(model, cdnow_histories):
    plain, drawn = model().fit(cdnow_histories), model(penalizer=0.1).fit(cdnow_histories)
    assert sum(drawn.to_dict().values()) < sum(plain.to_dict().values())
    assert drawn.log_likelihood_ < plain.log_likelihood_
