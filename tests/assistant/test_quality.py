import datetime as dt
from dataclasses import replace

import pandas as pd

from tiercast.app.scored_base import load_scored
from tiercast.assistant.asked_base import AskedBase
from tiercast.assistant.quality import track_record
from tiercast.reporting.stored_monitoring import StoredMonitoring
from trained_base import CDNOW_DAY

GRADED = dt.date(1997, 12, 1)
WHOLE = {
    "churn": (0.5, 0.6),
    "total": (1000.0, 900.0),
    "total_low": (800.0, None),
    "total_high": (1200.0, None),
    "interval": (0.9, 0.85),
    "tier_set": (0.9, 0.95),
}
TIER = {
    "tier_size": (30.0, 28.0),
    "tier_confidence": (0.8, 0.7),
    "churn": (0.1, 0.2),
    "total": (600.0, 500.0),
}


def grades():
    rows = [("all", "all", name, *pair) for name, pair in WHOLE.items()]
    rows += [("tier", "top", name, *pair) for name, pair in TIER.items()]
    frame = pd.DataFrame(rows, columns=["by", "group", "metric", "predicted", "actual"])
    later = GRADED + dt.timedelta(days=90)
    return frame.assign(as_of=GRADED, graded_on=later, model_version="1", customers=200)


def test_how_sure_says_in_words_how_past_forecasts_held(told):
    (quality, *_) = told.answers["how_sure"]["chapters"]
    assert "percentage points on average" in quality["in_words"]
    assert quality["grade"] in ("good", "fair", "weak")
    assert all(one["what"] and one["value"] for one in quality["figures"])


def test_the_words_are_those_of_the_configs_language(told_of_shop):
    assert "可靠" in told_of_shop.answers["how_sure"]["chapters"][0]["title"]


def test_without_graded_days_the_record_says_what_to_do(told):
    found = told.answers["track_record"]
    assert found["days"] == []
    assert "run `tiercast monitor CONFIG`" in found["in_words"]


def test_the_record_has_predicted_and_actual_figures_by_day(tenth):
    scored = load_scored(tenth.config, CDNOW_DAY)
    graded = replace(scored.inputs, monitoring=StoredMonitoring(grades(), None))
    found = track_record(AskedBase(replace(scored, inputs=graded)))
    assert "1 of 1" in found["in_words"]
    (day,) = found["days"]
    assert day["as_of"] == "1997-12-01"
    assert (day["total_predicted"], day["total_actual"]) == (1000.0, 900.0)
    assert (day["churn_predicted"], day["churn_actual"]) == (0.5, 0.6)
    assert day["total_low_actual"] is None


def test_of_a_label_table_it_says_that_no_day_is_graded(labels):
    found = track_record(AskedBase(load_scored(labels.config, labels.scored.as_of)))
    assert "ask `how_sure`" in found["in_words"]
