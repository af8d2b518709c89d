"""Order totals on each line: detected, refused while open, counted once if the config says so."""

import pandas as pd
import pytest

from bases import opened
from tiercast.contract.errors import DataContractError


def repeated(orders: int = 6, lines: int = 3) -> pd.DataFrame:
    """Return orders worth 10, 11, 12, ... whose total stands on each of their lines."""
    rows = [
        (f"c{order}", f"o{order}", "2024-01-05", 10.0 + order, f"p{line}")
        for order in range(orders)
        for line in range(lines)
    ]
    columns = ["customer_id", "order_id", "ordered_at", "amount", "product_id"]
    return pd.DataFrame(rows, columns=columns)


def total(folder, frame: pd.DataFrame, **settings: object) -> float:
    source = {"path": str(folder / "transactions.parquet"), **settings}
    sources = {"transactions": source}
    with opened(folder, {"transactions": frame}, sources=sources) as base:
        return float(base.transactions.amount.sum().execute())


def test_an_amount_on_each_line_of_every_order_is_refused(tmp_path):
    message = (
        r"same amount on each line of 6 of the 6 orders .* worth 75.00. .* 225.00. "
        r"Say which .*`amount_is: order` or `amount_is: line`"
    )
    with pytest.raises(DataContractError, match=message):
        total(tmp_path, repeated())


def test_the_answer_decides(tmp_path):
    assert total(tmp_path, repeated(), amount_is="order") == pytest.approx(75.0)
    assert total(tmp_path, repeated(), amount_is="line") == 225.0


def test_a_total_is_shared_out_to_the_last_unit(tmp_path):
    frame = repeated(1).assign(amount=10.0)
    source = {"path": str(tmp_path / "transactions.parquet"), "amount_is": "order"}
    sources = {"transactions": source}
    with opened(tmp_path, {"transactions": frame}, sources=sources) as base:
        parts = sorted(base.transactions.to_pandas()["amount"].round(4))
    assert parts == [3.3333, 3.3333, 3.3334]


def test_lines_loaded_twice_do_not_change_a_total(tmp_path):
    frame = pd.concat([repeated(), repeated().head(4)])
    assert total(tmp_path, frame, amount_is="order") == pytest.approx(75.0)


def test_a_refund_of_an_order_counts_beside_its_total(tmp_path):
    refund = repeated(1, 1).assign(amount=-10.0)
    frame = pd.concat([repeated(1), refund])
    assert total(tmp_path, frame, amount_is="order") == pytest.approx(0.0)


def test_equal_items_of_one_order_are_lines_of_their_own(tmp_path):
    frame = repeated(1).assign(amount=9.99)
    assert total(tmp_path, frame) == pytest.approx(29.97)


def test_a_shop_of_one_price_is_not_refused(tmp_path):
    assert total(tmp_path, repeated().assign(amount=5.0)) == 90.0


def test_lines_of_different_amounts_are_not_refused(tmp_path):
    frame = repeated()
    frame = frame.assign(amount=[1.0 + n for n in range(len(frame))])
    assert total(tmp_path, frame) == pytest.approx(frame.amount.sum())


def test_totals_without_orders_are_refused(tmp_path):
    with pytest.raises(DataContractError, match="`amount_is: order` needs the column `order_id`"):
        total(tmp_path, repeated().drop(columns="order_id"), amount_is="order")
