import datetime as dt

import numpy as np
import pandas as pd
import pytest

from bases import opened, orders, write_base
from tiercast.config.schema import Config
from tiercast.contract.errors import DataContractError
from tiercast.contract.tables import TABLES
from tiercast.sources.canonical import open_base

LINES = orders(
    (1, "o1", "2024-01-05", 10.0),
    (1, "o2", "2024-01-09", -10.0),
    (2, "o3", "2024-02-01 18:00:00", 0.1),
    (2, "o3", "2024-02-01 18:00:00", 0.2),
    (2, "o3", "2024-02-01 18:01:00", -0.3),
    columns="customer_id order_id ordered_at amount",
)


def config(path, **source):
    sources = {"transactions": {"path": str(path)} | source}
    return Config.model_validate({"name": "shop", "sources": sources})


def refused(made):
    with pytest.raises(DataContractError) as caught, open_base(made):
        pass
    return str(caught.value)


def test_a_base_is_reported_on(tmp_path):
    lines = pd.concat([LINES, LINES.iloc[[0]].assign(customer_id=None)])
    with opened(tmp_path, {"transactions": lines}) as base:
        summary = base.report.table("transactions")
    assert (summary.rows_read, summary.rows_used, summary.rows_quarantined) == (6, 5, 1)
    assert summary.customers == 2
    assert summary.first == dt.datetime(2024, 1, 5)
    assert summary.last == dt.datetime(2024, 2, 1, 18, 1)
    assert summary.source.endswith("transactions.parquet")


def test_history_is_observed_through_the_day_of_the_last_line(tmp_path):
    with opened(tmp_path, {"transactions": LINES}) as base:
        assert base.first_day == dt.date(2024, 1, 5)
        assert base.observed_until == dt.date(2024, 2, 2)


def test_orders_that_net_to_zero_are_counted_to_the_cent(tmp_path):
    # In floats .1 + .2 - .3 is 5.6e-17; o1 and o2 are two orders, +10 and -10.
    with opened(tmp_path, {"transactions": LINES}) as base:
        assert base.report.zero_orders == 1


def test_an_order_returned_on_another_day_nets_to_zero_and_lines_without_id_are_a_days(tmp_path):
    lines = orders(
        (1, "o1", "2024-01-05", 10.0),
        (1, "o1", "2024-02-05", -10.0),
        (2, None, "2024-01-05", 4.0),
        (2, None, "2024-01-06", -4.0),
        (3, "o3", "2024-01-06", 0.00001),
        columns="customer_id order_id ordered_at amount",
    )
    with opened(tmp_path, {"transactions": lines}) as base:
        assert base.report.zero_orders == 1


def test_without_order_ids_an_order_is_a_customers_day(tmp_path):
    lines = orders(
        (1, "2024-01-05", 10.0), (1, "2024-01-05 09:00:00", -10.0), (2, "2024-01-05", 0)
    )
    with opened(tmp_path, {"transactions": lines}) as base:
        assert base.report.zero_orders == 2


def test_every_table_keeps_its_own_columns_and_profiles_all_of_theirs(tmp_path):
    tables = {
        "transactions": LINES.assign(colour="red"),
        "customers": pd.DataFrame({"customer_id": [1], "region": ["north"], "age": [40]}),
        "events": pd.DataFrame(
            {"customer_id": [1], "event_at": ["2024-01-01"], "event_type": ["visit"]}
        ),
        "subscriptions": pd.DataFrame(
            {"customer_id": [1], "started_at": ["2024-01-01"], "ended_at": [pd.NaT]}
        ),
        "referrals": pd.DataFrame(
            {"customer_id": [1], "referred_customer_id": [2], "referred_at": ["2024-01-01"]}
        ),
    }
    with opened(tmp_path, tables) as base:
        columns = {name: set(table.columns) for name, table in base.tables.items()}
    assert columns == {
        "transactions": {"customer_id", "order_id", "ordered_at", "amount"},
        "customers": {"customer_id", "region", "age"},
        "events": {"customer_id", "event_at", "event_type"},
        "subscriptions": {"customer_id", "started_at", "ended_at"},
        "referrals": {"customer_id", "referred_customer_id", "referred_at"},
    }


@pytest.mark.parametrize(
    ("ids", "others", "met"),
    [
        ([1, 2], ["1", "2"], [1, 2]),
        (["1", "2"], [1, 2], ["1", "2"]),
        (["a", "2"], [2.0, 3.0], ["2", "3"]),
    ],
)
def test_ids_of_other_tables_take_the_type_of_the_transactions(tmp_path, ids, others, met):
    lines = pd.DataFrame({"customer_id": ids, "ordered_at": "2024-01-05", "amount": 1.0})
    profiles = pd.DataFrame({"customer_id": others, "region": ["north", "south"]})
    with opened(tmp_path, {"customers": profiles, "transactions": lines}) as base:
        assert sorted(base.tables["customers"].to_pandas()["customer_id"]) == met


def test_an_id_that_cannot_take_that_type_is_quarantined_as_it_was(tmp_path):
    profiles = pd.DataFrame({"customer_id": ["1", "guest"], "region": ["north", "south"]})
    with opened(tmp_path, {"transactions": LINES, "customers": profiles}) as base:
        [row] = base.quarantine["customers"].to_pandas().to_dict("records")
    assert row == {"broken_rules": "null_customer", "customer_id": "guest", "region": "south"}


@pytest.mark.parametrize("values", [["red", "green"], [3.5, 4.5], [7, 8], [True, False]])
def test_a_date_column_that_is_none_is_refused_with_its_values(tmp_path, values):
    lines = pd.DataFrame({"customer_id": [1, 2], "colour": values, "amount": 1.0})
    lines.to_csv(tmp_path / "orders.csv", index=False)
    message = refused(config(tmp_path / "orders.csv", columns={"ordered_at": "colour"}))
    assert message.startswith(f"{tmp_path / 'orders.csv'}: every row breaks the contract. ")
    shown = str(values[0]).lower() if isinstance(values[0], bool) else values[0]
    assert f"'{shown}'" in message
    assert "unparsable_time in column `ordered_at`: 2 rows, such as " in message
    assert "use ISO dates, or set `time_format` for the source" in message


@pytest.mark.parametrize(
    ("dates", "time_format"),
    [
        (["20240105", "20240203"], "%Y%m%d"),
        (["05/01/2024", "03/02/2024"], "%d/%m/%Y"),
        (["01/05/2024", "02/03/2024"], "%m/%d/%Y"),
        (["2024-01-05", "2024-02-03"], None),
    ],
)
def test_dates_in_csv_are_read_by_their_format_only(tmp_path, dates, time_format):
    rows = [f"{i},{date},5" for i, date in enumerate(dates)]
    (tmp_path / "orders.csv").write_text("\n".join(["customer_id,ordered_at,amount", *rows]))
    with open_base(config(tmp_path / "orders.csv", time_format=time_format)) as base:
        summary = base.report.table("transactions")
    assert (summary.first, summary.last) == (dt.datetime(2024, 1, 5), dt.datetime(2024, 2, 3))


def test_dates_that_could_be_either_are_refused_not_guessed(tmp_path):
    (tmp_path / "orders.csv").write_text("customer_id,ordered_at,amount\n1,03/04/2024,5\n")
    assert "such as '03/04/2024'" in refused(config(tmp_path / "orders.csv"))


def test_offsets_in_csv_are_taken_off(tmp_path):
    (tmp_path / "orders.csv").write_text(
        "customer_id,ordered_at,amount\n1,2024-01-05 23:30:00-05:00,5\n2,2024-01-05,6\n"
    )
    with open_base(config(tmp_path / "orders.csv")) as base:
        read = base.transactions.order_by("customer_id").to_pandas()["ordered_at"]
    assert read.tolist() == [pd.Timestamp("2024-01-06 04:30"), pd.Timestamp("2024-01-05")]


def test_the_zone_of_the_machine_changes_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    (tmp_path / "orders.csv").write_text(
        "customer_id,ordered_at,amount\n1,2024-01-05 10:00:00,5\n"
    )
    with open_base(config(tmp_path / "orders.csv")) as base:
        assert base.report.table("transactions").first == dt.datetime(2024, 1, 5, 10)


def test_integer_ids_with_gaps_stay_integers(tmp_path):
    (tmp_path / "orders.csv").write_text(
        "customer_id,ordered_at,amount\n7,2024-01-05,5\n,2024-01-05,6\n"
    )
    with open_base(config(tmp_path / "orders.csv")) as base:
        assert base.transactions.to_pyarrow()["customer_id"].to_pylist() == [7]


def test_a_file_damaged_in_the_middle_is_named(tmp_path):
    path = tmp_path / "orders.parquet"
    pd.concat([LINES] * 9_000).to_parquet(path)
    data = bytearray(path.read_bytes())
    data[200:2_000] = bytes(1_800)
    path.write_bytes(data)
    message = refused(config(path))
    assert message.startswith(f"{path}: cannot be read: ")


def test_margin_needs_costs(tmp_path):
    made = write_base(tmp_path, {"transactions": LINES}, outlook={"value": "margin"})
    message = refused(made)
    assert "`outlook.value: margin` needs the column `cost`; map it, or set" in message
    with opened(tmp_path, {"transactions": LINES.assign(cost=1.0)}, outlook={"value": "margin"}):
        pass


def test_loaded_columns_have_the_types_of_the_contract(tmp_path):
    text = LINES.assign(quantity=1, cost="0.5", category=7, channel=1.5).astype({"amount": "str"})
    visits = pd.DataFrame({"customer_id": [1], "event_at": ["2024-01-02"], "event_type": [3]})
    with opened(tmp_path, {"transactions": text, "events": visits}) as base:
        kinds = {
            (name, c.name): (c.kind, str(base.tables[name].schema()[c.name]))
            for name in base.tables
            for c in TABLES[name].columns
            if c.name in base.tables[name].columns
        }
    types = {"time": "timestamp(6)", "number": "float64", "text": "string"}
    assert len(kinds) == 11
    assert all(types.get(kind, found) == found for kind, found in kinds.values())


def test_an_empty_value_that_every_row_needs_is_refused(tmp_path):
    visits = pd.DataFrame(
        {"customer_id": [1, 2], "event_at": "2024-01-02", "event_type": ["visit", None]}
    )
    message = refused(write_base(tmp_path, {"transactions": LINES, "events": visits}))
    assert message.endswith(
        "events.parquet: column `event_type` is empty in 1 rows, but every row of events needs "
        "one. Fill it, or leave these rows out with a `query`."
    )


def test_a_fingerprint_does_not_depend_on_the_order_of_rows_or_columns(tmp_path):
    shuffled = LINES.sample(frac=1, random_state=3)[LINES.columns[::-1]]
    with opened(tmp_path / "a", {"transactions": LINES}) as base:
        first = base.fingerprint()
    with opened(tmp_path / "b", {"transactions": shuffled}) as base:
        assert base.fingerprint() == first


def changed(row, column, value):
    lines = LINES.astype({column: object}).copy()
    lines.loc[row, column] = value
    return lines.infer_objects()


@pytest.mark.parametrize(
    "other",
    [
        changed(0, "amount", 10.01),
        changed(0, "customer_id", 2),
        changed(2, "ordered_at", "2024-02-01 18:00:01"),
        changed(0, "order_id", None),
        LINES.iloc[:-1],
        pd.concat([LINES, LINES.assign(order_id="o9")]),
    ],
    ids=["amount", "customer", "time", "null", "fewer", "more"],
)
def test_a_fingerprint_changes_with_any_row(tmp_path, other):
    with opened(tmp_path / "a", {"transactions": LINES}) as base:
        first = base.fingerprint()
    with opened(tmp_path / "b", {"transactions": other}) as base:
        assert base.fingerprint() != first


def test_equal_rows_do_not_cancel_each_other_in_a_fingerprint(tmp_path):
    def twice(amount):
        return orders(*[(1, "2024-01-05", amount)] * 2, (2, "2024-01-06", 1.0))

    prints = set()
    for amount in (5.0, 6.0):
        with opened(tmp_path / str(amount), {"transactions": twice(amount)}) as base:
            prints.add(base.fingerprint()["transactions"])
    assert len(prints) == 2


def test_many_rows_are_summed_without_overflow(tmp_path):
    rows = 20_000
    lines = pd.DataFrame(
        {"customer_id": np.arange(rows), "ordered_at": "2024-01-05", "amount": 1e12}
    )
    with opened(tmp_path, {"transactions": lines}) as base:
        assert base.fingerprint()["transactions"].startswith(f"{rows}-")
