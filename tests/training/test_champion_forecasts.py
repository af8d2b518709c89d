import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from tiercast.training.champion_forecasts import AHEAD, AS_DEPLOYED, ON_RECORD, champion_forecasts


def trained_on(model, day):
    facts = model.facts.model_copy(update={"trained_as_of": day.isoformat()})
    return replace(model, facts=facts)


@pytest.fixture
def told(wave):
    return wave.fitted.evaluation.predictions


@pytest.fixture
def newest(told):
    return max(told["as_of"])


def test_a_champion_of_before_the_newest_cutoff_is_asked_as_it_stands(wave, told, newest):
    champion = trained_on(wave.fitted.model, newest)
    found = champion_forecasts("4", champion, told, wave.panel, told)
    assert (found.version, found.how) == ("4", AS_DEPLOYED)
    asked = told[told["as_of"] == newest]
    assert sorted(found.forecasts["customer_id"]) == sorted(asked["customer_id"])
    assert set(found.forecasts["as_of"]) == {newest}
    rows = wave.panel.rows[wave.panel.rows["as_of"] == newest]
    columns = list(dict.fromkeys(("customer_id", "as_of", *champion.feature_names)))
    expected = champion.predict(rows[columns].reset_index(drop=True)).set_index("customer_id")
    found_risks = found.forecasts.set_index("customer_id")["churn_probability"]
    assert found_risks.to_dict() == expected["churn_probability"].to_dict()


def test_a_later_champion_goes_by_its_record_where_it_has_the_day(wave, told, newest):
    champion = trained_on(wave.fitted.model, newest + dt.timedelta(days=1))
    found = champion_forecasts("4", champion, told, wave.panel, told)
    assert found.how == ON_RECORD
    assert found.forecasts is told


@pytest.mark.parametrize("record", ["none", "other days"])
def test_a_later_champion_without_that_day_is_asked_with_a_head_start(wave, told, newest, record):
    champion = trained_on(wave.fitted.model, newest + dt.timedelta(days=1))
    kept = None if record == "none" else told[told["as_of"] < newest]
    found = champion_forecasts("4", champion, kept, wave.panel, told)
    assert found.how == AHEAD
    assert set(found.forecasts["as_of"]) == {newest}


def test_a_champion_of_lost_features_says_what_it_said(wave, told, newest):
    model = trained_on(wave.fitted.model, newest)
    names = (*model.facts.feature_names, "gone")
    lost = replace(model, facts=model.facts.model_copy(update={"feature_names": names}))
    assert champion_forecasts("4", lost, None, wave.panel, told).forecasts is None


def test_without_past_forecasts_there_is_nothing_to_ask_about(wave):
    found = champion_forecasts("4", wave.fitted.model, None, wave.panel, pd.DataFrame())
    assert found.forecasts is None
