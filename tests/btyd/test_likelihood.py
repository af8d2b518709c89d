import json

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from tiercast.btyd.beta_geometric import BGNBD, MBGNBD
from tiercast.btyd.gamma_gamma import GammaGamma
from tiercast.btyd.likelihood import maximise
from tiercast.btyd.pareto_nbd import ParetoNBD

MODELS = [BGNBD, MBGNBD, ParetoNBD, GammaGamma]


def exponential_log_likelihood(parameters):
    """Ten waiting times that sum to 25: the rate of highest likelihood is 10 / 25."""
    (rate,) = parameters
    return 10 * np.log(rate) - 25 * rate, np.array([10 / rate - 25])


def search(bounds=(0.01, 100.0), penalizer=0.0, max_iter=100):
    return maximise(
        exponential_log_likelihood,
        10.0,
        np.array([bounds]),
        penalizer=penalizer,
        max_iter=max_iter,
    )


def test_the_maximum_is_found():
    found = search()
    assert found.parameters == pytest.approx([0.4], rel=1e-6)
    assert found.converged


def test_the_penalty_is_on_squared_parameters():
    # d/drate (log(rate) - 2.5 rate - 0.5 rate^2) = 0 at rate^2 + 2.5 rate - 1 = 0
    assert search(penalizer=0.5).parameters == pytest.approx([(-2.5 + 10.25**0.5) / 2], rel=1e-6)


def test_a_maximum_on_the_bound_or_out_of_steps_has_not_converged():
    beyond = search(bounds=(0.5, 100.0))
    assert beyond.parameters == pytest.approx([0.5])
    assert not beyond.converged
    assert not search(max_iter=1).converged


@pytest.mark.parametrize("model", MODELS)
def test_the_constructor_only_stores(model):
    given = model(penalizer=0.1, max_iter=7)
    assert given.get_params() == {"penalizer": 0.1, "max_iter": 7}
    assert clone(given).get_params() == given.get_params()
    assert set(vars(given)) == {"penalizer", "max_iter"}


@pytest.mark.parametrize("model", MODELS)
def test_parameters_survive_json(model):
    numbers = {name: floor + 1 / 3 for name, floor in model.parameter_floors.items()}
    stored = json.dumps(model.from_dict(numbers).to_dict())
    assert model.from_dict(json.loads(stored)).to_dict() == numbers


@pytest.mark.parametrize("model", MODELS)
def test_impossible_parameters_are_refused(model):
    good = {name: floor + 1.0 for name, floor in model.parameter_floors.items()}
    first = next(iter(good))
    for bad in ({}, good | {"z": 1.0}, good | {first: 0.0}, good | {first: np.inf}):
        with pytest.raises(ValueError, match=f"{model.__name__} takes the finite.*{first} > 0"):
            model.from_dict(bad)


def test_a_spend_model_of_infinite_mean_is_refused():
    with pytest.raises(ValueError, match="q > 1"):
        GammaGamma.from_dict({"p": 6.25, "q": 1.0, "v": 15.44})


@pytest.mark.parametrize("model", MODELS)
def test_an_unfitted_model_is_refused(model):
    with pytest.raises(NotFittedError):
        model().to_dict()
