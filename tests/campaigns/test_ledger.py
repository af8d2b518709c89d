import math

import pytest

from tiercast import experiment_ledger
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.config.errors import InputError
from tiercast.config.schema import Config
from tiercast.measured.records import write_measured


def measured(campaign, first, arms, costs, outcome="money"):
    effects = [
        {"arm": arm, "outcome": outcome, "n": 100, "effect": effect, "low": low, "high": high}
        for arm, (effect, low, high) in arms.items()
    ]
    return {
        **{"campaign": campaign, "first": first, "days": 28, "until": "2024-08-01"},
        **{"costs": costs, "cost_each": None, "effects": effects, "money": "money"},
    }


@pytest.fixture
def base(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Config(name="shop", sources={"transactions": {"path": "o.csv"}})


def write(base, *records):
    for record in records:
        write_measured(OutputFolder.of(base), record)
    return experiment_ledger(base)


def test_without_a_measurement_the_ledger_is_empty(base):
    assert experiment_ledger(base).empty


def test_a_campaign_brings_its_effect_times_its_customers_less_its_cost(base):
    (row,) = write(
        base, measured("may", "2024-05-01", {"mail": (3.0, 1.0, 5.0)}, {"mail": 120.0})
    ).to_dict("records")
    assert (row["brought"], row["brought_low"], row["brought_high"]) == (300, 100, 500)
    assert (row["profit"], row["profit_low"], row["profit_high"]) == (180, -20, 380)
    assert row["return"] == pytest.approx(1.5)
    assert (row["cumulative"], row["cumulative_low"]) == (180, pytest.approx(-20))


def test_campaigns_add_up_by_first_day_and_their_errors_as_squares(base):
    found = write(
        base,
        measured("b/2", "2024-06-01", {"mail": (2.0, -2.0, 6.0)}, {"mail": 0.0}),
        measured("a", "2024-05-01", {"mail": (1.0, -2.0, 4.0)}, {"mail": 0.0}),
    )
    assert list(found["campaign"]) == ["a", "b/2"]
    assert found["cumulative"].tolist() == [100, 300]
    assert found["cumulative_high"][1] == pytest.approx(300 + math.hypot(300, 400))


def test_arms_of_one_campaign_share_a_control_so_their_errors_add_up(base):
    arms = {"call": (1.0, 0.0, 2.0), "mail": (1.0, 0.0, 2.0)}
    found = write(base, measured("a", "2024-05-01", arms, {"call": 0.0, "mail": 0.0}))
    assert found["cumulative_high"][1] == pytest.approx(400)


def test_what_is_not_known_is_missing(base):
    found = write(
        base,
        measured("no_cost", "2024-05-01", {"mail": (1.0, 0.0, 2.0)}, {"mail": None}),
        measured("no_money", "2024-06-01", {"mail": (1.0, 0.0, 2.0)}, {"mail": 5.0}, "visits"),
    )
    assert found["brought"].notna().tolist() == [True, False]
    assert found["profit"].isna().all()
    assert found["cumulative"].isna().all()


def test_measuring_again_takes_the_place_of_the_first_measurement(base):
    one = measured("a", "2024-05-01", {"mail": (1.0, 0.0, 2.0)}, {"mail": 0.0})
    other = measured("a", "2024-05-01", {"mail": (2.0, 0.0, 4.0)}, {"mail": 0.0})
    assert write(base, one, other)["brought"].tolist() == [200]


def test_a_record_that_does_not_say_when_it_was_over_is_to_be_measured_again(base):
    older = measured("may", "2024-05-01", {"mail": (3.0, 1.0, 5.0)}, {"mail": 120.0})
    del older["until"]
    with pytest.raises(InputError, match=r"measure it again: .* measure CONFIG may"):
        write(base, older)
