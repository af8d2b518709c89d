import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from tiercast.modeling import ensemble as ensemble_module
from tiercast.modeling.base_size import SMALL_BASE
from tiercast.modeling.component_models import COMPONENTS, LEAST_VALUE, ComponentPredictions
from tiercast.modeling.ensemble import (
    PRIOR_LEVEL,
    PRIOR_WEIGHTS,
    Ensemble,
    Forecast,
    PastPredictions,
    prior_weights,
    shift_to,
)

PLENTY = 1e9  # a largest mean that holds nothing down


def past(predictions, ordered, value, largest_mean=PLENTY):
    return PastPredictions(
        predictions, np.asarray(ordered, dtype=bool), np.asarray(value), largest_mean
    )


def simulated(right, rows=6000, seed=0):
    """A fold of which one expert knows the truth and the others something else."""
    rng = np.random.default_rng(seed)
    log_odds, log_mean = rng.normal(-1.0, 1.2, rows), rng.normal(3.0, 0.7, rows)
    ordered = rng.random(rows) < expit(log_odds)
    value = np.where(ordered, np.exp(log_mean) * rng.gamma(3, 1 / 3, rows), 0.0)
    told_odds = rng.normal(-1.0, 1.2, (rows, 3))
    told_value = rng.normal(1.7, 1.2, (rows, 3))
    told_odds[:, right] = log_odds
    told_value[:, right] = log_mean + np.log(expit(log_odds))
    return past(ComponentPredictions(told_odds, told_value), ordered, value)


def agreeing(mine, theirs, rows=1000, seed=1):
    """A fold that all experts rank alike; totals are off by these log errors.

    Ranking tells nothing of the weights, so that those of the prior stand.
    """
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(-0.5, 1.0, rows)
    ordered = rng.random(rows) < 0.4
    value = np.where(ordered, rng.gamma(3, 10.0, rows), 0.0)
    log_value = rng.normal(2.0, 0.6, rows)
    log_value += np.log(value.sum()) - np.log(np.exp(log_value).sum())
    others = theirs + (mine - theirs) / (1 - PRIOR_WEIGHTS[-1])
    values = log_value[:, None] + np.array([others, others, theirs])
    return past(ComponentPredictions(np.column_stack([log_odds] * 3), values), ordered, value)


def unlike(rows=500, seed=2):
    """Opinions in which experts differ in ranking and level."""
    rng = np.random.default_rng(seed)
    return ComponentPredictions(
        rng.normal([-1.0, -0.5, 0.5], 1.0, (rows, 3)),
        rng.normal([2.0, 1.5, 3.0], 0.8, (rows, 3)),
    )


# Weights


def test_without_folds_the_priors_stand():
    assert Ensemble.fit([], 7) == Ensemble(PRIOR_WEIGHTS, PRIOR_LEVEL, PRIOR_LEVEL)
    assert sum(PRIOR_WEIGHTS) == pytest.approx(1.0)
    assert len(PRIOR_WEIGHTS) == len(COMPONENTS)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_folds_in_which_all_or_none_ordered_tell_nothing(share):
    fold = simulated(0)
    rows = len(fold.value)
    ordered = np.full(rows, share > 0)
    nothing = past(fold.predictions, ordered, np.where(ordered, 5.0, 0.0))
    worthless = past(fold.predictions, fold.ordered, np.zeros(rows))
    assert Ensemble.fit([nothing, worthless], 7) == Ensemble()
    assert Ensemble.fit([nothing, fold], 7) == Ensemble.fit([fold], 7)


@pytest.mark.parametrize("right", range(3))
def test_with_much_evidence_the_expert_who_is_right_is_believed(right):
    ensemble = Ensemble.fit([simulated(right, seed=seed) for seed in range(3)], 7)
    assert ensemble.weights[right] >= 0.8
    assert sum(ensemble.weights) == pytest.approx(1.0)


def test_where_all_rank_alike_the_weights_are_the_prior_s():
    assert Ensemble.fit([agreeing(0.0, 0.0)], 7).weights == pytest.approx(PRIOR_WEIGHTS)


def test_weights_need_no_level_to_be_told():
    fold = simulated(1)
    moved = ComponentPredictions(fold.predictions.log_odds + 1.3, fold.predictions.log_value - 0.4)
    shifted = past(moved, fold.ordered, fold.value)
    assert Ensemble.fit([shifted], 7).weights == Ensemble.fit([fold], 7).weights


def test_of_a_large_fold_a_seeded_sample_is_enough(monkeypatch):
    monkeypatch.setattr(ensemble_module, "FOLD_ROWS", 600)
    fold = simulated(2)
    chosen = np.random.default_rng(7).permutation(len(fold.value))[:600]
    part = past(fold.predictions[chosen], fold.ordered[chosen], fold.value[chosen])
    assert Ensemble.fit([fold], 7).weights == Ensemble.fit([part], 0).weights


def test_a_sample_that_tells_nothing_gives_way_to_the_whole_fold(monkeypatch):
    monkeypatch.setattr(ensemble_module, "FOLD_ROWS", 1)
    fold = simulated(2)
    found = Ensemble.fit([fold], 7).weights
    monkeypatch.undo()
    assert found == Ensemble.fit([fold], 7).weights


# The share of the BTYD models in the level


@pytest.mark.parametrize(
    ("mine", "theirs", "share"),
    [
        # Evidence 1.5 / .15^2 = 66.7 and prior 1 / .5^2 = 4 for .75.
        (0.0, 0.0, 0.75),
        (0.3, 0.0, (66.6667 * 0.09 + 3) / (66.6667 * 0.09 + 4)),
        (0.0, 0.3, 3 / (66.6667 * 0.09 + 4)),
        (-0.3, 0.0, 9 / 10),
        # One too high, one too low by as much: halfway is best.
        (0.2, -0.2, (66.6667 * 0.08 + 3) / (66.6667 * 0.16 + 4)),
        # Both too high, the BTYD models less so: no share below 1 is as good as theirs.
        (0.9, 0.3, 1.0),
        (0.3, 0.9, 0.0),
    ],
)
def test_the_share_of_the_total_by_hand(mine, theirs, share):
    found = Ensemble.fit([agreeing(mine, theirs)], 7)
    assert found.btyd_total == pytest.approx(share, abs=1e-4)
    assert found.btyd_chance == pytest.approx(PRIOR_LEVEL)  # all agree on who orders


def test_folds_that_overlap_count_as_one_and_a_half_together():
    one = Ensemble.fit([agreeing(0.3, 0.0)], 7).btyd_total
    many = Ensemble.fit([agreeing(0.3, 0.0, seed=seed) for seed in range(4)], 7).btyd_total
    assert many == pytest.approx(one, abs=1e-6)


@pytest.mark.parametrize("truth", [0, 2])
def test_the_share_of_the_chance_goes_by_who_told_it(truth):
    """The BTYD models told 60 % where the blend told 95 %, and one of the two came."""
    rng = np.random.default_rng(5)
    log_odds = np.tile(logit([0.95, 0.95, 0.6]), (20_000, 1))
    ordered = rng.random(len(log_odds)) < expit(log_odds[0, truth])
    value = np.where(ordered, 10.0, 0.0)
    predictions = ComponentPredictions(log_odds, np.log(10 * expit(log_odds)))
    found = Ensemble.fit([past(predictions, ordered, value)], 7).btyd_chance
    assert found < 0.5 if truth == 0 else found > 0.9


# The forecast


def test_log_odds_and_log_values_are_weighted_means():
    predictions = ComponentPredictions(np.array([[1.0, 0.0, -2.0]]), np.log([[40.0, 10.0, 20.0]]))
    told = Ensemble((0.5, 0.3, 0.2)).forecast(predictions, PLENTY)
    assert told.log_odds == pytest.approx([0.1])
    value = 40**0.5 * 10**0.3 * 20**0.2
    assert told.mean_if_order == pytest.approx([value / expit(0.1)])
    assert told.log_value == pytest.approx([np.log(value)])


def test_a_mean_lies_between_the_least_and_the_largest_value():
    predictions = ComponentPredictions(
        np.zeros((2, 3)), np.array([[-99.0] * 3, [99.0, 99.0, 0.0]])
    )
    assert Ensemble().forecast(predictions, 500.0).mean_if_order.tolist() == [
        LEAST_VALUE,
        500.0,
    ]


def test_a_customer_s_own_orders_may_carry_a_mean_beyond_the_largest_value():
    predictions = ComponentPredictions(np.zeros((1, 3)), np.log([[900.0, 900.0, 900.0]]))
    assert Ensemble().forecast(predictions, 500.0).mean_if_order == pytest.approx([1800.0])
    lower = ComponentPredictions(np.zeros((1, 3)), np.log([[2000.0, 2000.0, 900.0]]))
    assert Ensemble().forecast(lower, 500.0).mean_if_order == pytest.approx([1800.0])


def test_the_forecast_of_a_row_needs_no_others():
    predictions = unlike()
    together = Ensemble().forecast(predictions, 60.0)
    for row in range(60):
        alone = Ensemble().forecast(predictions[np.array([row])], 60.0)
        assert alone.log_odds[0] == together.log_odds[row]
        assert alone.mean_if_order[0] == together.mean_if_order[row]


# The level


def levelled(ensemble, predictions):
    """The mean chance and the log total of a base at the level agreed on."""
    raw = ensemble.forecast(predictions, PLENTY)
    level = ensemble.level(predictions, raw)
    order = expit(level.log_odds(raw.log_odds))
    total = (order * level.mean_if_order(raw.mean_if_order)).sum()
    return logit(order.mean()), np.log(total)


@given(st.floats(0, 1))
def test_the_level_lies_between_the_blend_s_and_the_btyd_models(share):
    predictions = unlike()
    raw = Ensemble().forecast(predictions, PLENTY)
    mine = logit(expit(raw.log_odds).mean()), np.log(np.exp(raw.log_value).sum())
    theirs = (
        logit(expit(predictions.log_odds[:, 2]).mean()),
        np.log(np.exp(predictions.log_value[:, 2]).sum()),
    )
    found = levelled(Ensemble(PRIOR_WEIGHTS, share, share), predictions)
    for one, own, other in zip(found, mine, theirs, strict=True):
        assert one == pytest.approx((1 - share) * own + share * other, abs=1e-6)
        assert min(own, other) - 1e-6 <= one <= max(own, other) + 1e-6


def test_where_the_btyd_models_have_no_say_nothing_is_moved():
    predictions = unlike()
    ensemble = Ensemble(PRIOR_WEIGHTS, 0.0, 0.0)
    level = ensemble.level(predictions, ensemble.forecast(predictions, PLENTY))
    assert [level.shift, level.log_scale] == pytest.approx([0.0, 0.0], abs=1e-9)


@pytest.mark.parametrize("chance", [0.001, 0.3, 0.75, 0.999])
def test_log_odds_are_moved_to_the_mean_chance(chance):
    log_odds = np.array([-3.0, 0.0, 1.0, 8.0])
    assert expit(log_odds + shift_to(log_odds, chance)).mean() == pytest.approx(chance)


def test_equal_log_odds_are_moved_by_the_difference():
    assert shift_to(np.zeros(3), 0.75) == pytest.approx(np.log(3))


@pytest.mark.parametrize("chance", [0.0, 1.0, -0.5])
def test_no_move_leads_to_a_certain_mean(chance):
    with pytest.raises(ValueError, match=f"must lie between 0 and 1, but got {chance}"):
        shift_to(np.zeros(3), chance)


def test_the_log_value_is_that_of_chance_times_mean():
    told = Forecast(np.array([0.0, 2.0]), np.array([10.0, 0.0]))
    assert told.log_value == pytest.approx([np.log(5.0), np.log(LEAST_VALUE) + np.log(expit(2.0))])


def test_in_a_small_base_the_btyd_models_lead():
    few = prior_weights(SMALL_BASE - 1)
    assert few[-1] == max(few) == 0.5
    assert sum(few) == pytest.approx(1.0)
    assert prior_weights(SMALL_BASE) == PRIOR_WEIGHTS
