from dataclasses import replace

import numpy as np
import pytest

from own_plugin import installed
from stored_parts import read_back
from tiercast.config.errors import ConfigError
from tiercast.modeling.component_models import ComponentModels, ComponentParams
from tiercast.modeling.ensemble import Ensemble
from tiercast.modeling.folds import rolling_folds
from tiercast.modeling.member import Member, check_members, members_of
from tiercast.modeling.outlook import past_predictions
from tiercast.modeling.trees import TreeParams

SMALL = TreeParams(num_leaves=4, min_data_in_leaf=20, rounds=5)
PARAMS = ComponentParams(SMALL, SMALL)


class Constant:
    """Says the share who ordered, and the mean value, of everybody."""

    def fit(self, features, ordered, value, *, seed):
        self.said_ = [float(ordered.mean()), float(value.mean())]
        return self

    def predict(self, features):
        chance, value = self.said_
        return np.full(len(features), chance), np.full(len(features), value)

    def to_dict(self):
        return {"said": self.said_}

    @classmethod
    def from_dict(cls, stored):
        made = cls()
        made.said_ = stored["said"]
        return made


def saying(**methods):
    """A member like `Constant` with other methods."""
    return "shop", Member("odd", "m", type("Odd", (Constant,), methods))


def answering(said):
    """A `predict` of a member, made of what it says of so many rows."""

    def predict(self, features):
        return said(len(features))

    return {"predict": predict}


def storing(content):
    """A `to_dict` of a member that stores the same whatever it has learnt."""

    def to_dict(self):
        return {"said": content}

    return {"to_dict": to_dict}


def fitted(panel, owned):
    return ComponentModels.fit(panel, PARAMS, 7, [owned])


def test_a_member_is_the_last_expert(simulated_panel):
    components = fitted(simulated_panel, ("shop", Member("constant", "m", Constant)))
    assert components.names == ("trees", "linear", "btyd", "constant")
    predictions = components.predict(simulated_panel)
    ordered, value = simulated_panel["ordered"].mean(), simulated_panel["value"].mean()
    assert predictions.log_odds[:, 3] == pytest.approx(np.log(ordered / (1 - ordered)))
    plain = ComponentModels.fit(simulated_panel, PARAMS, 7).predict(simulated_panel)
    assert np.array_equal(predictions.log_odds[:, :3], plain.log_odds)
    assert np.array_equal(predictions.log_value[:, :3], plain.log_value)
    within = predictions.log_value[:, 2] <= np.log(components.reached)
    assert predictions.log_value[within, 3] == pytest.approx(np.log(value))
    assert components.members[0].base == pytest.approx(predictions.log_odds[0, 3])


def test_a_member_sees_floats_and_texts_and_neither_ids_nor_labels(simulated_panel):
    seen = []

    def fit(self, features, ordered, value, *, seed):
        seen.append(features)
        return Constant.fit(self, features, ordered, value, seed=seed)

    components = fitted(simulated_panel.assign(city="a"), saying(fit=fit))
    assert list(seen[0].columns) == list(dict.fromkeys(components.design.features))
    assert not {"customer_id", "as_of", "ordered", "value"} & set(seen[0].columns)
    assert {str(kind) for kind in seen[0].dtypes} <= {"float64", "object"}


def test_a_useful_member_is_weighed_and_a_useless_one_is_not(simulated_panel):
    """One knows the truth of past windows, which no member could: it gets most of the weight."""
    rows = zip(simulated_panel["luck"], simulated_panel["ordered"].astype(float), strict=True)
    truth = dict(rows)
    assert len(truth) == len(simulated_panel)

    def predict(self, features):
        said = np.clip([truth[one] for one in features["luck"]], 0.02, 0.98)
        return said, said * self.said_[1]

    cutoffs = sorted(simulated_panel["as_of"].unique())
    weights = {}
    for name, owned in (("useful", saying(predict=predict)), ("useless", saying())):
        folds = []
        for fold in rolling_folds(cutoffs, 60):
            components = fitted(fold.train_rows(simulated_panel), owned)
            rows = fold.test_rows(simulated_panel)
            folds.append(past_predictions(components, rows, season_known=False))
        weights[name] = Ensemble.fit(folds, 7, own=1).weights[3]
    assert weights["useful"] > 0.5
    assert weights["useless"] <= 0.2


def test_without_past_folds_a_member_counts_nothing():
    assert Ensemble.fit([], 7, own=2).weights == (0.5, 0.3, 0.2, 0.0, 0.0)


@pytest.mark.parametrize(
    ("methods", "message"),
    [
        (
            answering(lambda n: (np.zeros(min(n, 3)), np.zeros(3))),
            r"finite chance and value for each of 1500 rows, but predicted arrays of \(3,\)",
        ),
        (
            answering(lambda n: (np.full(n, np.nan), np.zeros(n))),
            "must predict a finite chance .*, but 1500 have none",
        ),
        (answering(lambda n: np.zeros(n)), "must return two arrays.* returned a ndarray"),
        (answering(lambda n: n / 0), "the prediction of the member `odd` failed: ZeroDivision"),
        ({"fit": lambda self: self}, "the training of the member `odd`"),
        ({"to_dict": lambda self: self.gone}, "`to_dict` of the member `odd` failed: Attribute"),
        (storing([1]), "the prediction of the member `odd` failed: ValueError"),
        (
            answering(lambda n: (np.full(n, 1.5), np.zeros(n))),
            r"chances between 0 and 1 .* predicted chances from 1\.5 to 1\.5",
        ),
        (
            answering(lambda n: (np.full(n, 1 / n), np.zeros(n))),
            "must depend on that row alone",
        ),
        (storing({1, 2}), "must be plain data"),
        (storing(float("nan")), "must be plain data"),
    ],
)
def test_a_member_that_cannot_be_used_is_named(simulated_panel, methods, message):
    with pytest.raises(ConfigError, match=message) as told:
        fitted(simulated_panel, saying(**methods))
    assert str(told.value).startswith("Plugin `shop`: ")
    assert "`odd`" in str(told.value)


def test_what_is_judged_by_has_been_stored_and_read_back(simulated_panel):
    """A member that forgets when it is stored is judged by what is left of it."""
    owned = saying(**storing([0.25, 1.0]))
    predictions = fitted(simulated_panel, owned).predict(simulated_panel)
    assert predictions.log_odds[:, 3] == pytest.approx(np.log(0.25 / 0.75))


def plugin(names):
    return f"{CONSTANT}\nPLUGIN = Plugin(members=tuple(Member(n, 'm', Constant) for n in {names}))"


CONSTANT = """
import numpy as np

from tiercast.config.plugins import Plugin
from tiercast.modeling.member import Member


class Constant:
    def fit(self, features, ordered, value, *, seed):
        self.said_ = [float(ordered.mean()), float(value.mean())]

    def predict(self, features):
        return tuple(np.full(len(features), one) for one in self.said_)

    def to_dict(self):
        return {"said": self.said_}

    @classmethod
    def from_dict(cls, stored):
        made = cls()
        made.said_ = stored["said"]
        return made
"""


def test_heads_with_a_member_come_back_from_plain_data(tmp_path, simulated_panel):
    with installed(tmp_path, plugin(["flat"])):
        components = ComponentModels.fit(simulated_panel, PARAMS, 7, members_of(["my_shop"]))
        back = read_back(components)
        told, again = components.predict(simulated_panel), back.predict(simulated_panel)
        assert np.array_equal(told.log_odds, again.log_odds)
        gone = components.members[0].to_dict() | {"name": "round"}
        with pytest.raises(
            ConfigError, match="member `round` of plugin `my_shop`, which has flat"
        ):
            check_members([gone])


def test_too_little_to_learn_from_lets_the_btyd_models_speak(simulated_panel):
    components = fitted(simulated_panel.head(20), ("shop", Member("constant", "m", Constant)))
    assert components.learners is None
    predictions = components.predict(simulated_panel.head(5))
    assert np.array_equal(predictions.log_odds[:, 3], predictions.log_odds[:, 2])


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        ("Constant()", "needs the class of its estimator.*write `estimator=Constant`"),
        ("object", "lacks fit, predict, to_dict, from_dict"),
    ],
)
def test_an_estimator_is_a_class_with_all_methods(tmp_path, estimator, message):
    row = f"PLUGIN = Plugin(members=(Member('flat', 'm', {estimator}),))"
    with (
        installed(tmp_path, f"{CONSTANT}\n{row}"),
        pytest.raises(ConfigError, match=message),
    ):
        members_of(["my_shop"])


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["trees"], "the member `trees` is one of tiercast's own"),
        (["a", "b", "c", "d"], "at most 3 own members, but got a, b, c, d"),
    ],
)
def test_names_and_number_of_members_are_checked(tmp_path, names, message):
    with installed(tmp_path, plugin(names)), pytest.raises(ConfigError, match=message):
        members_of(["my_shop"])


def test_a_fitted_member_is_replaced_by_none_that_has_learnt_nothing(simulated_panel):
    one = fitted(simulated_panel, ("shop", Member("constant", "m", Constant))).members[0]
    with pytest.raises(ValueError, match="is not fitted"):
        replace(one, estimator=None).predictions(simulated_panel)
