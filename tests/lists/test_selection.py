import datetime as dt

import ibis
import pandas as pd
import pytest

from tiercast.config.errors import InputError
from tiercast.config.lists import CustomerList, default_lists
from tiercast.lists.base import due_on, value_at_stake, with_list_columns
from tiercast.lists.selection import select

DAY = dt.date(2024, 3, 1)
NAMES = ("top", "middle", "low")
WORDS = {"en": "Mine", "zh": "我的"}


def people(*rows):
    """Return scored rows: id, tier, churn risk, expected value; last year each brought 100."""
    frame = pd.DataFrame(
        rows, columns=["customer_id", "tier", "churn_probability", "expected_value"]
    )
    chances = [{"top": 0.2, "middle": 0.5, "low": 0.3}] * len(frame)
    more = {"as_of": DAY, "tier_probabilities": chances, "next_order_date": dt.date(2024, 3, 6)}
    more |= {"revenue_365d": 100.0, "lifecycle_stage": "active"}
    return with_list_columns(ibis.memtable(frame.assign(**more)), NAMES)


TABLE = (("a", "top", 0.1, 90.0), ("b", "middle", 0.5, 30.0), ("c", "low", 0.9, 3.0))


def chosen(table, when=(), order=({"column": "expected_value"},), limit=None, **settings):
    row = {"name": "mine", "title": WORDS, "explanation": WORDS, "when": when, "order": order}
    found = select(table, CustomerList.model_validate(row | settings), limit)
    return found.customer_id.to_pandas().tolist()


@pytest.fixture(scope="module")
def table():
    return people(*TABLE)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("tier_rank", [0, 1, 2]),
        ("tiers_below", [2, 1, 0]),
        ("better_tier_probability", [0.0, 0.2, 0.7]),
        ("value_if_ordering", [100.0, 60.0, 30.0]),
        ("value_at_stake", [10.0, 50.0, 90.0]),
        ("days_to_next_order", [5, 5, 5]),
    ],
)
def test_lists_know_more_columns_than_the_scores(table, column, values):
    assert table.order_by("customer_id")[column].to_pandas().tolist() == pytest.approx(values)


def test_a_yearly_big_order_has_the_date_on_which_it_is_due():
    frame = ibis.memtable(pd.DataFrame({"as_of": [DAY] * 2, "big_order_due_days": [15.9, None]}))
    due = frame.select(due=due_on(frame)).to_pandas()["due"]
    assert pd.Timestamp(due.iloc[0]) == pd.Timestamp(DAY) + pd.Timedelta(days=15)
    assert pd.isna(due.iloc[1])


def test_a_customer_sure_to_leave_brings_nothing_if_ordering():
    assert people(("a", "low", 1.0, 0.0)).value_if_ordering.to_pandas().tolist() == [0.0]


@pytest.mark.parametrize("brought", [None, float("nan"), -20.0, 0.0])
def test_who_brought_nothing_in_a_year_has_nothing_at_stake(brought):
    table = people(("a", "low", 0.5, 9.0)).mutate(revenue_365d=ibis.literal(brought, "float64"))
    assert value_at_stake(table).to_pandas().tolist() == [0.0]


@pytest.mark.parametrize(
    ("operator", "value", "ids"),
    [
        ("<", 0.5, ["a"]),
        ("<=", 0.5, ["a", "b"]),
        (">", 0.5, ["c"]),
        (">=", 0.5, ["b", "c"]),
        ("==", 0.5, ["b"]),
        ("!=", 0.5, ["a", "c"]),
        ("in", (0.1, 0.9), ["a", "c"]),
        ("not_in", (0.1, 0.9), ["b"]),
    ],
)
def test_conditions_choose_customers(table, operator, value, ids):
    when = [{"column": "churn_probability", "operator": operator, "value": value}]
    assert chosen(table, when) == ids


@pytest.mark.parametrize("operator", ["<", ">=", "!="])
def test_a_missing_value_meets_no_condition(operator):
    table = people(("a", "top", float("nan"), 9.0), ("b", "top", None, 9.0))
    assert chosen(table, [{"column": "churn_probability", "operator": operator, "value": 2}]) == []


def test_words_are_compared_too(table):
    when = [{"column": "tier", "operator": "in", "value": ["top", "low"]}]
    assert chosen(table, when) == ["a", "c"]


def test_the_order_may_rise_and_has_missing_values_last():
    table = people(("a", "top", 0.1, float("nan")), ("b", "top", 0.1, 2.0), ("c", "top", 0.1, 1.0))
    order = [{"column": "expected_value", "direction": "ascending"}]
    assert chosen(table, order=order) == ["c", "b", "a"]
    assert chosen(table) == ["b", "c", "a"]


def test_equal_customers_are_in_the_order_of_their_ids():
    assert chosen(people(("b", "top", 0.1, 1.0), ("a", "top", 0.1, 1.0))) == ["a", "b"]


def test_a_limit_keeps_the_first(table):
    assert chosen(table, limit=2) == ["a", "b"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"when": [{"column": "churn_probabilty", "operator": ">", "value": 0}]},
        {"order": [{"column": "churn_probabilty"}]},
        {"columns": ["churn_probabilty"]},
    ],
)
def test_a_column_that_is_not_there_is_named_with_the_nearest(table, wrong):
    with pytest.raises(InputError, match=r"List mine: .*`churn_probabilty`; did you mean `ch"):
        chosen(table, **wrong)


def test_a_word_is_not_compared_with_numbers(table):
    with pytest.raises(InputError, match="`tier` holds text, but is compared with 3"):
        chosen(table, [{"column": "tier", "operator": ">", "value": 3}])


@pytest.mark.parametrize("row", default_lists(), ids=lambda row: row.name)
def test_each_list_of_the_package_speaks_both_languages(row):
    assert row.title.zh != row.title.en
    assert "，" in row.explanation.zh
    assert row.explanation.en.endswith(".")
