import ibis
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiercast.transitions.moves import CAUSES
from tiercast.transitions.tables import GONE, NEW, TIER, arrows, causes, figures

NAMES = ("top", "middle", "low")
SCHEMA = {
    "customer_id": "int64",
    "tier_before": "string",
    "tier_now": "string",
    "expected_value_before": "float64",
    "expected_value_now": "float64",
    "revenue_between": "float64",
    "steps": "int8",
    **dict.fromkeys(CAUSES, "int8"),
}
PLACES = st.one_of(st.none(), st.integers(0, len(NAMES) - 1))
MONEY = st.integers(0, 10**9).map(lambda cents: cents / 100)
CUSTOMERS = st.lists(
    st.tuples(PLACES, PLACES, MONEY, MONEY, *([st.integers(-2, 2)] * 4)).filter(
        lambda row: row[:2] != (None, None)
    ),
    max_size=40,
)


def row(number, customer):
    """Return a customer's move; the last cause takes what the others leave of the steps."""
    before, now, then_value, value, *parts = customer
    steps = None if None in (before, now) else before - now
    split = [None] * 5 if steps is None else [*parts, steps - sum(parts)]
    return (
        number,
        None if before is None else NAMES[before],
        None if now is None else NAMES[now],
        None if before is None else then_value,
        None if now is None else value,
        None if now is None else value / 2,
        steps,
        *split,
    )


def table(customers):
    rows = [row(number, customer) for number, customer in enumerate(customers)]
    return ibis.memtable(rows, schema=SCHEMA)


@given(CUSTOMERS)
def test_rows_and_columns_sum_to_the_two_bases(customers):
    found = arrows(table(customers), TIER, NAMES)
    for when, nobody, place in (("before", NEW, 0), ("now", GONE, 1)):
        by_tier = found[found[when] != nobody].groupby(when)["customers"].sum().to_dict()
        told = pd.Series([c[place] for c in customers if c[place] is not None], dtype="float64")
        assert by_tier == {NAMES[int(k)]: n for k, n in told.value_counts().items()}
    assert found["customers"].sum() == len(customers)
    money = sum(c[2] for c in customers if c[0] is not None)
    assert found["expected_value_before"].sum() == pytest.approx(money)


@given(CUSTOMERS)
def test_causes_add_up_to_all_steps_on_each_arrow_and_in_all(customers):
    moves = table(customers)
    told = causes(moves).set_index("cause")["steps_up"]
    risen = sum(c[0] - c[1] for c in customers if None not in c[:2])
    assert told[list(CAUSES)].sum() == told["all"] == risen
    place = {name: number for number, name in enumerate(NAMES)}
    for arrow in arrows(moves, TIER, NAMES).to_dict("records"):
        inside = arrow["before"] in place and arrow["now"] in place
        one = place[arrow["before"]] - place[arrow["now"]] if inside else 0
        assert sum(arrow[cause] for cause in CAUSES) == one * arrow["customers"]


@given(CUSTOMERS)
def test_rates_stay_within_their_bounds(customers):
    told = figures(arrows(table(customers), TIER, NAMES), NAMES)
    assert told["net_upward_rate"] is None or -1 <= told["net_upward_rate"] <= 1
    for tier in told["tiers"]:
        assert tier["retention"] is None or 0 <= tier["retention"] <= 1
        assert tier["value_growth"] is None or tier["value_growth"] >= -1
    before = sum(tier["customers_before"] for tier in told["tiers"])
    assert before == told["customers_before"]


def test_nobody_at_all_leaves_rates_open():
    told = figures(arrows(table([]), TIER, NAMES), NAMES)
    assert told["net_upward_rate"] is None
    assert {tier["retention"] for tier in told["tiers"]} == {None}


def test_arrows_come_in_the_order_of_tiers_with_the_new_and_the_gone_last():
    customers = [(None, 0), (2, None), (2, 1), (1, 2), (0, 0)]
    found = arrows(table([(*ends, 1.0, 1.0, 0, 0, 0, 0) for ends in customers]), TIER, NAMES)
    ways = list(zip(found["before"], found["now"], strict=True))
    assert ways == [
        ("top", "top"),
        ("middle", "low"),
        ("low", "middle"),
        ("low", GONE),
        (NEW, "top"),
    ]
