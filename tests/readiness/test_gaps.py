import pandas as pd

from bases import orders
from tiercast.readiness.gaps import Gap, Gaps, measure_gaps

LINES = pd.DataFrame(
    {
        "customer_id": ["a", "a", "b", None],
        "ordered_at": ["2024-01-01", "2024-01-02", "never", "2024-01-03"],
        "amount": [1.0, 2.0, 3.0, 4.0],
        "category": ["toys", None, "toys", None],
        "cost": [1.0, 1.0, 1.0, 1.0],
    }
)
PEOPLE = pd.DataFrame({"customer_id": ["a", "b", "c"], "age": [None, None, 30.0]})
VISITS = pd.DataFrame(
    {
        "customer_id": ["a", "b", None],
        "event_at": "2024-01-01",
        "event_type": "visit",
        "feature": None,
    }
)


def gaps(counted, **tables):
    return counted(lambda base, activity: measure_gaps(base, activity.orders), tables)


def test_the_worst_gap_of_each_kind_is_named(counted):
    # Two of four lines are excluded (no customer, no time); of the good ones half lack a
    # category. Two of three people have no age.
    found = gaps(counted, transactions=LINES, customers=PEOPLE)
    assert found == Gaps(
        put_aside=Gap("`transactions`", 0.5),
        money=Gap("`transactions`", 0.7),  # 3 and 4 of 10
        unmatched=Gap("`customers`", 0.0),  # the one customer with an order has a profile
        required=Gap("`transactions.customer_id`", 0.25),
        optional=Gap("`customers.age`", 2 / 3),
    )


def test_rows_of_any_table_count_but_empty_values_only_where_they_mean_nothing(counted):
    # A third of the visits has no customer; `feature` is empty where none was used.
    found = gaps(counted, transactions=LINES.iloc[:1], events=VISITS)
    assert found.put_aside == Gap("`events`", 1 / 3)
    assert found.required == Gap("`events.customer_id`", 1 / 3)
    assert found.optional == Gap("`transactions.category`", 0.0)


def test_a_base_without_optional_columns_has_no_gap_there(counted):
    found = gaps(counted, transactions=orders(("a", "2024-01-01", 1.0)))
    assert found.optional == Gap("none", 0.0)


def test_few_rows_put_aside_can_be_much_of_the_money(counted):
    lines = orders(*((f"c{n}", "2024-01-01", 1.0) for n in range(9)), (None, "2024-01-02", 91.0))
    found = gaps(counted, transactions=lines)
    assert found.put_aside.share == 0.1
    assert found.money.share == 0.91


def test_lines_loaded_twice_are_no_money_put_aside(counted):
    columns = "customer_id order_id ordered_at amount"
    line = ("a", "o1", "2024-01-01", 5.0)
    found = gaps(counted, transactions=orders(line, line, columns=columns))
    assert found.put_aside.share == 0.5
    assert found.money.share == 0.0


def test_the_table_that_shares_fewest_customers_with_the_orders_is_named(counted):
    lines = orders(*((f"c{n}", "2024-01-01", 1.0) for n in range(4)))
    people = pd.DataFrame({"customer_id": ["c0", "C1", "C2", "C3", "C4"], "age": 40.0})
    found = gaps(counted, transactions=lines, customers=people)
    assert found.unmatched == Gap("`customers`", 0.75)
