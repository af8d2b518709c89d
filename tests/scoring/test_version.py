import datetime as dt

import pytest

from tiercast.config.errors import InputError
from tiercast.scoring import version as version_module
from tiercast.scoring.version import choose_version
from tiercast.tracking import registry
from tiercast.tracking.registry import ModelVersion
from tiny_model import tiny_config

CONFIG = tiny_config("shop")
MARCH, JUNE, SEPTEMBER = (dt.date(2024, month, 1) for month in (3, 6, 9))


def registered(number, day, *aliases, days=90):
    created = dt.datetime(2024, 12, int(number), tzinfo=dt.UTC)
    value = "revenue"
    return ModelVersion(number, f"run {number}", created, day, days, aliases, {}, value=value)


@pytest.fixture
def known(monkeypatch):
    """Return a function that lets these versions be registered, and no others."""

    def be_known(*rows):
        for module in (version_module, registry):
            monkeypatch.setattr(module, "versions", lambda _: list(rows))

    return be_known


def test_the_champion_scores_a_day_that_it_did_not_see(known):
    known(registered("1", MARCH, "champion"), registered("2", MARCH, "challenger"))
    chosen, notes = choose_version(CONFIG, MARCH, None)
    assert (chosen.version, notes) == ("1", ())


def test_a_champion_that_knows_the_future_is_passed_over_and_that_is_said(known):
    known(registered("1", MARCH), registered("2", JUNE), registered("3", SEPTEMBER, "champion"))
    chosen, (note,) = choose_version(CONFIG, dt.date(2024, 7, 1), None)
    assert chosen.version == "2"
    assert "Version 2 (trained as of 2024-06-01) is used: no champion" in note


def test_a_version_with_the_champions_horizon_goes_before_a_newer_one_of_another(known):
    rows = [registered("1", MARCH, days=28), registered("2", JUNE, days=56)]
    known(*rows, registered("3", SEPTEMBER, "champion", days=28))
    assert choose_version(CONFIG, dt.date(2024, 7, 1), None)[0].version == "1"
    known(*rows[1:], registered("3", SEPTEMBER, "champion", days=28))
    chosen, (note,) = choose_version(CONFIG, dt.date(2024, 7, 1), None)
    assert chosen.version == "2"
    assert "which forecasts revenue within 56 days, not revenue within 28 days, is used" in note


def test_of_two_versions_of_one_day_the_later_one_is_used(known):
    known(*(registered(number, MARCH) for number in ("9", "10")))
    assert choose_version(CONFIG, JUNE, None)[0].version == "10"


def test_a_day_before_every_training_is_refused_with_the_remedy(known):
    known(registered("1", JUNE, "champion"))
    message = "No model of shop was trained as of 2024-03-01 .*version 1 as of 2024-06-01.*--as-of"
    with pytest.raises(InputError, match=message):
        choose_version(CONFIG, MARCH, None)


def test_a_base_without_a_model_is_told_to_train(known):
    known()
    with pytest.raises(InputError, match="shop has no model yet; train one first"):
        choose_version(CONFIG, MARCH, None)


def test_a_version_of_unknown_day_is_used_only_when_asked_for(known):
    known(registered("1", None, "champion"))
    with pytest.raises(InputError, match="No model of shop was trained as of"):
        choose_version(CONFIG, MARCH, None)
    assert choose_version(CONFIG, MARCH, "1")[0].version == "1"


@pytest.mark.parametrize("wanted", ["2", "challenger", "@challenger"])
def test_a_version_asked_for_is_used(known, wanted):
    known(registered("1", MARCH, "champion"), registered("2", JUNE, "challenger"))
    chosen, notes = choose_version(CONFIG, JUNE, wanted)
    assert (chosen.version, notes) == ("2", ())


def test_a_version_asked_for_that_knows_the_future_is_used_with_a_warning(known):
    known(registered("1", MARCH, "champion"), registered("2", JUNE))
    chosen, (note,) = choose_version(CONFIG, MARCH, "2")
    assert chosen.version == "2"
    assert "trained as of 2024-06-01, after 2024-03-01: it knows what happened next" in note


def test_a_version_that_is_not_there_is_refused(known):
    known(registered("1", MARCH, "champion"))
    with pytest.raises(InputError, match=r"no model version '7'; there are 1 \(@champion\)"):
        choose_version(CONFIG, MARCH, "7")
