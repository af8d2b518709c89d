"""Whom to treat, asked of a base of contacts whose effects are known."""

import numpy as np
import pandas as pd
import pytest

from drawn import drawn_trial, true_means
from tiercast.campaigns.target import experiment_target
from tiercast.config.errors import InputError
from tiercast.config.loading import load_config
from trained_base import working_in

CONFIG = """
name: made_up
sources:
  contacts: {path: contacts.parquet, outcomes: [gain, nothing]}
  customers: {path: customers.parquet}
outlook: {horizon_days: 14}
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """Return a config of a campaign `drawn` with known effects, and one whose arms were chosen."""
    folder = tmp_path_factory.mktemp("made_up")
    trial = drawn_trial(3000, 0)
    ids = np.arange(3000)
    people = pd.DataFrame(trial.matrix, columns=["luck", "wealth", "noise"])
    people = people.assign(customer_id=ids, town=np.where(ids % 2, "A", "B"))
    people.to_parquet(folder / "customers.parquet", index=False)
    arms = np.array(trial.names)
    day = pd.Timestamp("2024-03-01")
    drawn = pd.DataFrame({"customer_id": ids, "contacted_at": day, "arm": arms[trial.arm]})
    chosen = drawn.assign(arm=arms[np.where(trial.matrix[:, 1] > 0.6, 1, 0)])
    both = [
        one.assign(campaign_id=name, gain=trial.outcome, nothing=0.0)
        for name, one in (("drawn", drawn), ("chosen", chosen))
    ]
    pd.concat(both).to_parquet(folder / "contacts.parquet", index=False)
    (folder / "made_up.yaml").write_text(CONFIG)
    with working_in(folder):
        yield load_config("made_up.yaml")


@pytest.fixture(scope="module")
def found(base):
    return experiment_target(base, "drawn", costs={"mail": 0.2, "call": 1.0})


def test_targeting_pays_where_the_effects_differ(found):
    assert found.supported
    assert found.answer.startswith("Targeting pays: the")
    assert found.control == "control"
    assert found.outcome == "gain"


def test_a_row_tells_each_policy_and_each_ranking(found):
    rows = pd.DataFrame(found.rows())
    policies = rows[rows["kind"] == "policy"].set_index("policy")
    assert {"nobody", "everyone: mail", "everyone: call", "random", "dr_learner"} <= {
        *policies.index
    }
    assert (policies["value_low"] <= policies["value"]).all()
    rankings = rows[rows["kind"] == "ranking"]
    assert set(rankings["ranking"]) == {"t_learner", "dr_learner", "random"}


def test_an_outcome_that_no_arm_changes_supports_no_targeting(base):
    found = experiment_target(base, "drawn", outcome="nothing", costs={"mail": 1, "call": 1})
    assert not found.supported
    assert "The data do not support targeting" in found.answer
    assert "Contact nobody" in found.answer


def test_a_budget_is_the_most_contacts(base):
    found = experiment_target(base, "drawn", budget=300)
    assert max(one.treated for one in found.comparison.policies) <= 0.1 + 1e-9
    assert "as many as the budget reaches, at random" in found.answer


def test_arms_that_were_chosen_are_refused(base):
    with pytest.raises(
        InputError, match="were not drawn at random: what was known before predicts"
    ):
        experiment_target(base, "chosen")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"outcome": "gian"}, "has no outcome `gian`; did you mean `gain`"),
        ({"costs": {"maiil": 1}}, "has no treated arm `maiil`; did you mean `mail`"),
        ({"control": "nobody"}, "has no arm 'nobody'"),
        ({"budget": 0}, "`budget` must be at least 1, but got 0"),
    ],
)
def test_wrong_usage_is_refused(base, wrong, message):
    with pytest.raises(InputError, match=message):
        experiment_target(base, "drawn", **wrong)


def test_an_unknown_campaign_is_told_with_those_there_are(base):
    with pytest.raises(InputError, match=r"there are chosen, drawn"):
        experiment_target(base, "dwarn")


def test_arms_of_unequal_shares_are_valued_by_their_shares(base, tmp_path):
    trial, generator = drawn_trial(4000, 3), np.random.default_rng(3)
    arm = generator.choice(3, size=4000, p=(0.6, 0.3, 0.1))
    means = true_means(trial.matrix)
    gain = means[np.arange(4000), arm] + generator.normal(size=4000)
    people = pd.DataFrame(trial.matrix, columns=["luck", "wealth", "noise"])
    people.assign(customer_id=range(4000)).to_parquet(tmp_path / "customers.parquet", index=False)
    rows = pd.DataFrame({"customer_id": range(4000), "arm": np.array(trial.names)[arm]})
    rows = rows.assign(campaign_id="uneven", contacted_at=pd.Timestamp("2024-03-01"), gain=gain)
    rows.assign(nothing=0.0).to_parquet(tmp_path / "contacts.parquet", index=False)
    with working_in(tmp_path):
        found = experiment_target(base, "uneven")
    policies = pd.DataFrame(found.rows()).set_index("policy")
    for place, name in enumerate(("nobody", "everyone: mail", "everyone: call")):
        one, true = policies.loc[name], means[:, place].mean()
        assert one["value_low"] < true < one["value_high"], name
    assert all(one.is_random for one in found.balance)
