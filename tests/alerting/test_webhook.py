import datetime as dt
import socket

import pytest

from tiercast.alerting.alert import RaisedAlerts
from tiercast.alerting.delivery import Delivery
from tiercast.alerting.webhook import post_all
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.config.alerts import SinkConfig

DAY = dt.date(2024, 7, 1)
FOUR = 4  # alerts that the fixture's day raised


@pytest.fixture
def post(output, receiver, tmp_path):
    """Return a function that posts the day's alerts, with fast retries."""

    def deliver(retries=3, url=None, timeout=0.3):
        sink = SinkConfig(
            kind="webhook",
            name="crm",
            url=url or receiver.url,
            retries=retries,
            backoff_seconds=0.01,
            timeout_seconds=timeout,
        )
        raised = RaisedAlerts(OutputFolder(output.path), "shop", DAY, {})
        return post_all(sink, raised, tmp_path / "alerts")

    return deliver


def test_each_alert_is_posted_once_as_json_with_its_key(post, receiver):
    assert post() == Delivery("crm", FOUR)
    first = receiver.requests[0]
    assert first["type"] == "application/json"
    assert first["body"]["alert"] == "left_top_tier"
    assert first["body"]["customer_id"] == 3
    assert first["body"]["key"] == first["key"]
    assert len(set(receiver.keys)) == FOUR


def test_a_second_run_sends_nothing(post, receiver):
    post()
    assert post() == Delivery("crm", 0, FOUR)
    assert len(receiver.requests) == FOUR


def test_alerts_that_a_new_scoring_adds_are_sent_alone(post, receiver, output):
    post()
    output.keep([(3, ["left_top_tier", "risk_crossed_limit"]), (9, ["came_back"])])
    assert post() == Delivery("crm", 1, 2)
    assert receiver.requests[-1]["body"]["customer_id"] == 9


@pytest.mark.parametrize("failure", [500, 503, 429, "dies", "slow"])
def test_what_fails_twice_is_tried_a_third_time_with_the_same_key(post, receiver, failure):
    receiver.answers = [failure, failure]
    assert post() == Delivery("crm", FOUR)
    assert len(set(receiver.keys[:3])) == 1
    assert len(receiver.taken) == len(set(receiver.taken)) == FOUR


def test_an_alert_whose_answer_was_lost_comes_again_with_the_same_key(post, receiver):
    receiver.answers = ["lost"]
    assert post() == Delivery("crm", FOUR)
    assert receiver.taken[0] == receiver.taken[1]
    assert len(set(receiver.taken)) == FOUR


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (500, "it answered with status 500"),
        ("slow", "it gave no answer within 0.3 s"),
        ("dies", "it could not be reached"),
    ],
)
def test_a_receiver_that_dies_in_the_middle_gets_the_rest_the_next_time(
    post, receiver, failure, told
):
    receiver.answers = [200, 200, *([failure] * 3)]
    first = post(retries=2)
    assert (first.sent, first.sent_before) == (2, 0)
    assert told in first.error
    assert post(retries=2) == Delivery("crm", 2, 2)
    assert len(receiver.taken) == len(set(receiver.taken)) == FOUR


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 404])
def test_a_refusal_is_not_tried_again_and_a_redirect_not_followed(post, receiver, status):
    receiver.answers = [status]
    assert post() == Delivery("crm", 0, error=f"it answered with status {status}")
    assert len(receiver.requests) == 1


def test_a_server_that_is_not_there_is_told_without_its_address(post, caplog, capfd):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    url = f"http://127.0.0.1:{port}/hooks/geheim"
    delivery = post(retries=1, url=url)
    assert delivery == Delivery("crm", 0, error="it could not be reached (ConnectionError)")
    out, err = capfd.readouterr()
    assert "geheim" not in caplog.text + out + err
