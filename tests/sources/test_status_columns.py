import pytest

from bases import lines_of
from tiercast.verbs.init import init

DAYS = [f"2024-{1 + i // 28:02d}-{1 + i % 28:02d}" for i in range(40)]


def init_file(folder, header, value):
    """Return what `init` makes of 40 orders of 10; `value` writes the last field of an order."""
    lines = [f"o{i},c{i % 7},{DAYS[i]},10.00,{value(i)}" for i in range(40)]
    (folder / "orders.csv").write_text(f"order_id,customer_id,date,amount,{header}\n")
    with (folder / "orders.csv").open("a") as file:
        file.write("\n".join(lines))
    return init("orders.csv")


@pytest.mark.parametrize(
    ("header", "void"),
    [
        ("Booking Status", "Cancelled by the buyer"),
        ("Order Payment State", "FAILED"),
        ("Bestellstatus", "Storniert"),
        ("订单状态", "已取消"),
    ],
)
def test_orders_that_were_not_fulfilled_are_left_out_by_any_column_of_a_status(here, header, void):
    result = init_file(here, header, lambda i: "Completed" if i % 4 else void)
    assert lines_of(result.path).amount.sum() == pytest.approx(300.0)
    assert any(f"By `{header}`, no orders: {void} 10 rows" in note for note in result.notes)


PARTLY = ("Partially cancelled", "Not cancelled", "Partially Refunded", "Completed")


def test_orders_cancelled_in_part_count(here):
    result = init_file(here, "order_status", lambda i: PARTLY[i % 4])
    assert lines_of(result.path).amount.sum() == pytest.approx(400.0)


def test_a_status_of_something_else_leaves_nothing_out(here):
    header = "Customer Status,Membership Status,Billing State"
    result = init_file(here, header, lambda i: "Cancelled,Expired,CA" if i % 4 else "Open,New,NY")
    assert lines_of(result.path).amount.sum() == pytest.approx(400.0)
    assert not any(name in note for note in result.notes for name in header.split(","))


@pytest.mark.parametrize(("one", "other"), [("3", "9"), ("OPEN", "PAID")])
def test_statuses_that_mean_nothing_known_are_all_named(here, one, other):
    result = init_file(here, "order_status", lambda i: one if i % 4 else other)
    named = (
        f"All kinds of `order_status` count: {one} (30 rows, 300.00), {other} (10 rows, 100.00)"
    )
    assert any(named in note for note in result.notes)


def test_a_layout_knows_the_statuses_of_other_languages(here):
    header = "Order Number,Order Status,Order Date,Email (Billing),Payment Method Title,"
    rows = [
        f"{i},{'Fehlgeschlagen' if i % 4 == 0 else 'Abgeschlossen'},{DAYS[i]},"
        f"c{i % 7}@shop.de,PayPal,10.00"
        for i in range(40)
    ]
    (here / "orders.csv").write_text("\n".join([header + "Order Total Amount", *rows]))
    result = init("orders.csv")
    assert result.layout == "WooCommerce, orders (export plugins, one line an item)"
    assert lines_of(result.path).amount.sum() == pytest.approx(300.0)
    assert any("no orders: Fehlgeschlagen 10 rows" in note for note in result.notes)
