from pathlib import Path

import pandas as pd
import pytest

from bases import lines_of
from exports import EXPORTS
from tiercast.config.errors import InputError
from tiercast.contract.tables import TABLES
from tiercast.sources.layout import either, layouts, recognised
from tiercast.verbs.init import init

pytestmark = pytest.mark.usefixtures("here")
USED = [layout for layout in layouts() if not layout.refused]


@pytest.mark.parametrize("name", [layout.name for layout in USED])
def test_customers_orders_and_money_are_those_of_pandas(name, here):
    export = EXPORTS[name]()
    result = init(export.write(here))
    assert result.proposal.layout.name == name
    assert result.to_mend == ()
    lines = lines_of(result.path)
    assert lines.customer_id.nunique() == export.customers
    assert lines.amount.sum() == pytest.approx(export.money, abs=1e-6)
    if "order_id" in lines:
        assert lines.groupby(["customer_id", "order_id"]).ngroups == export.orders


@pytest.mark.parametrize("layout", layouts(), ids=lambda layout: layout.name)
def test_each_layout_is_known_by_its_own_headers_in_any_case_and_order(layout):
    for table, headers in layout.files.items():
        own = [either(name)[0] for name in headers]
        assert recognised(own) == (layout, table)
        assert recognised([name.upper() for name in reversed(own)]) == (layout, table)


@pytest.mark.parametrize("layout", USED, ids=lambda layout: layout.name)
def test_each_layout_has_customer_time_and_amount(layout):
    known = {column.name for column in TABLES["transactions"].columns}
    assert {"customer_id", "ordered_at", "amount"} <= set(layout.select) <= known
    assert layout.money


def test_every_layout_has_its_export_here():
    assert {layout.name for layout in USED} == set(EXPORTS)


def test_baskets_without_money_are_refused_saying_so():
    frame = pd.DataFrame(
        {
            "order_id": [1, 2],
            "user_id": [1, 1],
            "eval_set": "prior",
            "order_number": [1, 2],
            "order_dow": [2, 3],
            "days_since_prior_order": [None, 15.0],
        }
    )
    frame.to_csv("orders.csv", index=False)
    with pytest.raises(InputError, match="it has no money"):
        init("orders.csv")
    assert not Path("pipelines").exists()


def test_columns_that_an_export_lacks_leave_the_query(here):
    name = EXPORTS["shopify"]().write(here)
    short = ["Name", "Email", "Financial Status", "Created at", "Total", "Lineitem name"]
    pd.read_csv(name)[short].to_csv("short.csv", index=False)
    query = init("short.csv").proposal.source.query
    assert "Refunded" not in query
    assert "Cancelled" not in query


def test_other_currencies_are_named_with_orders_and_money(here):
    result = init(EXPORTS["stripe"]().write(here))
    (note,) = [note for note in result.notes if note.startswith("Several currencies")]
    assert "usd (28 rows" in note
    assert "Left out: eur (8 rows" in note
    assert note in result.path.read_text("utf-8")


def test_a_folder_of_several_files_is_known(here):
    EXPORTS["olist"]().write(here)
    assert set(init(".", "olist.yaml").proposal.source.files) == {"orders", "items", "customers"}


def test_a_file_missing_beside_the_others_is_named(here):
    EXPORTS["olist"]().write(here)
    (here / "olist_customers_dataset.csv").unlink()
    with pytest.raises(InputError, match="its file of customers is not beside the others"):
        init("olist_orders_dataset.csv")


def test_a_layout_without_its_customer_is_written_with_the_gap(here):
    name = EXPORTS["amazon"]().write(here)
    frame = pd.read_csv(name, sep="\t").drop(columns="buyer-email")
    frame.to_csv("all_orders.csv", index=False)
    result = init("all_orders.csv")
    assert "`customer_id` is missing" in result.to_mend[0]
    assert "customer_id: ???" in result.path.read_text("utf-8")
