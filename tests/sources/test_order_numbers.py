from bases import lines_of
from tiercast.verbs.init import init


def init_file(folder, rows):
    lines = ["customer_id,order_date,Receipt No,amount", *(",".join(row) for row in rows)]
    (folder / "orders.csv").write_text("\n".join(lines))
    return init("orders.csv")


def test_numbers_that_begin_again_each_day_are_no_orders(here):
    rows = [
        (f"K{c}", f"2024-{month:02d}-{1 + c % 28:02d}", str(1 + c % 4), f"{c + month}.50")
        for c in range(60)
        for month in range(1, 6)
    ]
    result = init_file(here, rows)
    lines = lines_of(result.path)
    assert "order_id" not in lines.columns or lines.order_id.isna().all()
    # Each customer's number stands on five months, 121 days apart.
    start = "`Receipt No` is left out: 60 of 60 of its numbers stand on several days"
    assert any(start in note and "121 days apart" in note for note in result.notes)


def test_orders_sent_on_several_days_stay_orders_and_are_named(here):
    rows = [
        (
            f"K{order % 9}",
            f"2024-{1 + order // 20:02d}-{1 + order % 20 + line:02d}",
            str(order),
            "9.5",
        )
        for order in range(80)
        for line in range(2 if order % 2 else 1)
    ]
    result = init_file(here, rows)
    assert lines_of(result.path).order_id.nunique() == 80
    start = "`Receipt No`: 40 of 40 orders with several lines have lines of several days"
    assert any(start in note for note in result.notes)


def test_orders_of_one_day_need_no_note(here):
    rows = [
        (
            f"K{order % 9}",
            f"2024-{1 + order // 20:02d}-{1 + order % 20:02d}",
            str(order),
            f"{line}.5",
        )
        for order in range(80)
        for line in range(3)
    ]
    result = init_file(here, rows)
    assert not any("several days" in note for note in result.notes)
