import dataclasses
import datetime as dt
import json
from hashlib import sha256

import pytest

from tiercast.alerting.alert import Alert, RaisedAlerts
from tiercast.artifacts.output_folder import OutputFolder

DAY = dt.date(2024, 7, 1)
ALERT = Alert("shop", DAY, "came_back", "is here again", 7, "top", "low", 0.75, 12.5, "3")


def raised(output):
    return RaisedAlerts(OutputFolder(output.path), "shop", DAY, {"came_back": "is here again"})


def test_alerts_come_by_customer_in_the_order_of_the_rules(output):
    found = [(alert.customer_id, alert.alert) for alert in raised(output)]
    assert found == [
        (3, "left_top_tier"),
        (3, "risk_crossed_limit"),
        (4, "risk_crossed_limit"),
        (7, "came_back"),
    ]


def test_an_alert_says_what_was_told_of_the_customer_and_what_it_means(output):
    assert list(raised(output))[-1] == ALERT


def test_a_rule_that_is_no_more_has_no_meaning(output):
    assert next(iter(raised(output))).meaning is None


def test_alerts_are_counted_by_rule(output):
    counts = raised(output).counts()
    assert list(counts.items()) == [
        ("risk_crossed_limit", 2),
        ("came_back", 1),
        ("left_top_tier", 1),
    ]


def test_the_key_is_the_hash_of_base_day_customer_and_rule():
    text = json.dumps(["shop", "2024-07-01", 7, "came_back"])
    assert ALERT.key == sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"name": "other"}, False),
        ({"as_of": dt.date(2024, 7, 2)}, False),
        ({"customer_id": 8}, False),
        ({"customer_id": "7"}, False),
        ({"alert": "left_top_tier"}, False),
        ({"expected_value": 1.0, "model_version": "4", "meaning": None}, True),
    ],
)
def test_scoring_a_day_again_leaves_the_key(change, same):
    assert (dataclasses.replace(ALERT, **change).key == ALERT.key) == same


def test_an_alert_is_one_line_of_json():
    text = dataclasses.replace(ALERT, customer_id='x"\n<b>').to_json()
    assert "\n" not in text
    told = json.loads(text)
    assert told["customer_id"] == 'x"\n<b>'
    assert told["as_of"] == "2024-07-01"
