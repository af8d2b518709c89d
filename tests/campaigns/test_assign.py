import hashlib

import ibis
import pandas as pd
import pytest

from tiercast import experiment_assign, experiment_measure, export
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.campaigns.assignments import drawn
from tiercast.config.errors import InputError
from tiercast.contract.keyed_share import keyed_share
from tiercast.lists.holdout import is_held_out
from tiercast.verbs.export import lists

LIST = "likely_to_leave"
ARMS = {"control": 0.4, "mail": 0.6}


def ids(numbers):
    return ibis.memtable({"customer_id": list(numbers)})


def arms_of(table, key="shop/spring", arms=ARMS):
    found = drawn(table, key, arms).to_pandas()
    return dict(zip(found["customer_id"], found["arm"], strict=True))


@pytest.fixture(scope="module")
def spring(campaigns):
    return experiment_assign(campaigns, "spring", LIST, arms=ARMS)


def rows_of(assigned):
    parts = sorted(assigned.assignments.folder.glob("part-*.parquet"))
    return pd.concat([pd.read_parquet(part) for part in parts])


def test_the_share_is_the_first_digits_of_the_hash_of_key_and_id():
    digest = hashlib.sha256(b"shop/spring/17").hexdigest()
    one = ids([17])
    share = keyed_share(one.customer_id, "shop/spring").to_pandas()[0]
    assert share == int(digest[:13], 16) / 16**13


def test_a_customer_has_one_arm_whatever_the_order_and_who_else_is_there():
    every = arms_of(ids(range(1000)))
    assert arms_of(ids(reversed(range(1000)))) == every
    assert arms_of(ids(range(500, 510))) == {n: every[n] for n in range(500, 510)}


def test_ids_as_text_are_drawn_as_numbers_are():
    assert arms_of(ids(["7", "8"])) == {str(n): arm for n, arm in arms_of(ids([7, 8])).items()}


def test_arms_have_their_shares_and_another_campaign_draws_anew():
    one, other = arms_of(ids(range(20_000))), arms_of(ids(range(20_000)), key="shop/autumn")
    mail = pd.Series(one).eq("mail")
    assert mail.mean() == pytest.approx(0.6, abs=0.015)
    assert pd.Series(other).eq("mail")[mail].mean() == pytest.approx(0.6, abs=0.015)


def test_each_arm_gets_its_list_and_all_are_in_contacts(spring):
    rows = rows_of(spring)
    contacts = pd.read_parquet(spring.contacts)
    assert set(rows["arm"]) == set(ARMS)
    assert set(contacts["customer_id"]) == set(rows["customer_id"])
    assert (contacts["exposed"] == (contacts["arm"] == "mail")).all()
    for arm, file in spring.lists.items():
        listed = pd.read_csv(file)["Customer"]
        assert set(listed) == set(rows.loc[rows["arm"] == arm, "customer_id"])


def test_assigning_again_changes_nothing(campaigns, spring):
    def files():
        return {f: f.read_bytes() for f in spring.assignments.folder.iterdir()}

    before = files()
    again = experiment_assign(campaigns, "spring", LIST, arms=ARMS)
    assert files() == before
    assert again.assignments == spring.assignments


def test_another_draw_of_the_same_campaign_is_refused(campaigns, spring):
    with pytest.raises(InputError, match="was assigned as --list likely_to_leave"):
        experiment_assign(campaigns, "spring", LIST)


@pytest.mark.parametrize(
    ("arms", "name", "says"),
    [
        ({"control": 1.0}, "one", "two names or more"),
        ({"a": 0.5, "b": 0.5}, "two", "one of them called control"),
        (ARMS, "../evil", "letters, digits"),
    ],
)
def test_wrong_arms_and_names_are_refused(campaigns, arms, name, says):
    with pytest.raises(InputError, match=says):
        experiment_assign(campaigns, name, LIST, arms=arms)
    assert not (OutputFolder.of(campaigns).path / "experiments" / name).exists()


def test_what_was_assigned_is_measured_with_the_scores_of_then(campaigns, spring):
    found = experiment_measure(campaigns, "spring")
    rows = rows_of(spring)
    assert {one.outcome for one in found.effects} == {"ordered", "orders", "money"}
    assert {one.n for one in found.effects} == {int((rows["arm"] == "mail").sum())}
    assert (found.control, found.covariate) == ("control", "expected_value")
    assert found.scored_on == spring.assignments.scored_on


def test_the_global_holdout_is_in_no_list_and_no_campaign(campaigns):
    held = campaigns.model_copy(update={"holdout": 0.2})
    whole = export(held, "grow", with_holdout=True, output="whole.csv").frame()["customer_id"]
    listed = export(held, "grow", output="without.csv").frame()["customer_id"]
    out = ids(whole.tolist())
    expected = out.filter(is_held_out(out.customer_id, held)).to_pandas()["customer_id"]
    assert 0 < len(expected) < len(whole)
    assert set(listed) == set(whole) - set(expected)
    assert {one.name: one.customers for one in lists(held)}["grow"] == len(listed)
    assert set(rows_of(experiment_assign(held, "kept_out", "grow"))["customer_id"]) == set(listed)
