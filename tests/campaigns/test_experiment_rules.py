"""Contacts alone: what experiments need of them, and which commands do not apply."""

import pandas as pd
import pytest

from tiercast.config.errors import InputError
from tiercast.config.schema import Config
from tiercast.readiness.finding_text import refuse_unless_ready, verdict
from tiercast.scoring.explain import explain
from tiercast.training.train import train
from tiercast.verbs.check import check
from tiercast.verbs.export import export
from tiercast.verbs.report import report


def contacts(rows=400, **columns):
    """Return contacts of one campaign, half of them left alone."""
    frame = pd.DataFrame({"customer_id": range(rows), "contacted_at": pd.Timestamp("2024-03-01")})
    arms, visits = ["control", "mail"] * (rows // 2), [0.0, 1.0] * (rows // 2)
    known = {"campaign_id": "spring", "arm": arms, "visit": visits}
    return frame.assign(**known | columns)


@pytest.fixture
def base_of(tmp_path):
    """Return a function that makes a config of contacts with the outcome `visit`."""

    def made(frame, **tables):
        sources = {}
        for name, rows in {"contacts": frame, **tables}.items():
            rows.to_parquet(tmp_path / f"{name}.parquet", index=False)
            sources[name] = {"path": str(tmp_path / f"{name}.parquet")}
        sources["contacts"]["outcomes"] = ["visit"]
        output = {"path": str(tmp_path / "out")}
        return Config(name="small", sources=sources, output=output)

    return made


def states(config):
    return {one.rule: one.state for one in check(config).readiness.findings}


def test_arms_outcomes_and_what_was_known_are_ready_to_measure(base_of):
    people = pd.DataFrame({"customer_id": range(400), "town": "A"})
    found = check(base_of(contacts(), customers=people)).readiness
    assert {one.state for one in found.findings} == {"ok"}
    assert verdict(found) == "Ready to measure campaigns as of 2024-03-02."
    assert {one.rule: one.value for one in found.findings}["smallest_arm"] == 200
    refuse_unless_ready(found)


def test_without_a_campaign_of_two_arms_nothing_can_be_measured(base_of):
    found = check(base_of(contacts(arm="mail"))).readiness
    assert [one.rule for one in found.errors] == ["comparable_campaigns"]
    with pytest.raises(InputError, match=r"No campaign can be measured .*\n.*give each contact"):
        refuse_unless_ready(found)


def test_an_outcome_that_all_share_shows_nothing(base_of):
    assert states(base_of(contacts(visit=1.0)))["campaign_outcomes"] == "error"


def test_unclear_campaigns_are_named_beside_a_clear_one(base_of):
    unclear = contacts(campaign_id="summer", arm=[None, *["mail", "control"] * 199, "mail"])
    twice = contacts(campaign_id="autumn").assign(customer_id=[0, *range(399)])
    found = states(base_of(pd.concat([contacts(), unclear, twice])))
    assert found["comparable_campaigns"] == "ok"
    assert found["contacts_without_arm"] == found["several_arms"] == "warning"


def test_arms_of_other_sizes_than_equal_ones_need_their_shares(base_of):
    few = contacts(arm=["control"] * 40 + ["mail"] * 360)
    found = states(base_of(few))
    assert found["equal_arms"] == found["smallest_arm"] == "warning"
    assert found["known_before"] == "recommendation"


def test_an_arm_that_was_left_alone_is_to_be_named(base_of):
    assert states(base_of(contacts(arm=["a", "b"] * 200)))["control_arm"] == "recommendation"


@pytest.mark.parametrize("command", [train, report])
def test_other_commands_say_what_applies(base_of, command):
    with pytest.raises(InputError, match=r"no orders; `tiercast check`, `tiercast experiment me"):
        command(base_of(contacts()))


def test_lists_and_customers_are_not_asked_for_before_a_scoring(base_of):
    config = base_of(contacts())
    for asked in (lambda: export(config, "win_back"), lambda: explain(config, "1")):
        with pytest.raises(InputError, match=r"no orders; `tiercast check`"):
            asked()
