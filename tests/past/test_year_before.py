import datetime as dt

import ibis
import pytest

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.modeling.target import Target
from tiercast.scoring.past import past_entry
from tiercast.snapshots.orders import begun_orders

DAY = dt.date(2024, 3, 10)
# Customer, day, net money.
LINES = (
    ("ann", "2022-12-30", 50.0),
    ("ann", "2023-03-12", 30.0),
    ("bob", "2023-03-20", 20.0),
    ("ann", "2024-01-05", 40.0),
    ("bob", "2024-01-31", 10.0),
    ("ann", "2024-02-20", 7.0),
    ("bob", "2024-03-10", 999.0),
)


def orders_of(lines):
    rows = [
        {
            "customer_id": who,
            "order_key": number,
            "ordered_on": dt.date.fromisoformat(day),
            "ordered_at": dt.datetime.fromisoformat(day),
            "net_amount": money,
            "net_value": money,
        }
        for number, (who, day, money) in enumerate(lines)
    ]
    return begun_orders(ibis.memtable(rows), has_order_ids=True)


@pytest.fixture(scope="module")
def past():
    return past_entry(orders_of(LINES), DAY, Target(14, "revenue"))


def test_months_add_up_money_orders_and_customers_before_the_day(past):
    assert past["months"] == [
        {"month": "2022-12-01", "value": 50.0, "orders": 1, "customers": 1},
        {"month": "2023-03-01", "value": 50.0, "orders": 2, "customers": 2},
        {"month": "2024-01-01", "value": 50.0, "orders": 2, "customers": 2},
        {"month": "2024-02-01", "value": 7.0, "orders": 1, "customers": 1},
    ]
    assert past["first_day"] == "2022-12-30"


def test_the_year_before_is_of_the_same_length_and_tells_new_customers_apart(past):
    """Ann and bob ordered for 50 from 10 to 23 March 2023; bob was new then."""
    assert past["year_before"] == {
        "first": "2023-03-10",
        "last": "2023-03-23",
        "value": 50.0,
        "value_known": 30.0,
    }


def test_without_a_year_of_orders_there_is_no_year_before():
    past = past_entry(orders_of(LINES[3:]), DAY, Target(14, "revenue"))
    assert past["year_before"] is None


def test_a_horizon_longer_than_a_year_has_no_year_before():
    assert past_entry(orders_of(LINES), DAY, Target(400, "revenue"))["year_before"] is None


def test_the_manifest_tells_the_past_of_the_scored_day(tenth):
    past = OutputFolder.of(tenth.config).manifest(tenth.scored.as_of)["past"]
    assert past["first_day"] == "1997-01-01"
    assert past["year_before"]["first"] == "1997-04-01"
    lines = sum(month["value"] for month in past["months"])
    assert lines == pytest.approx(tenth.features.to_pandas()["revenue"].sum(), rel=1e-6)
