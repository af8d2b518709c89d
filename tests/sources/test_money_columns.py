import pytest

from bases import lines_of
from tiercast.verbs.init import init

DAYS = [f"2024-{1 + i // 28:02d}-{1 + i % 28:02d}" for i in range(40)]


def init_file(folder, header, row):
    """Return what `init` makes of 40 orders of 7 customers; `row` writes the fields of an order.

    Order i has the customer i % 7 + 1.
    """
    lines = [",".join([f"o{i}", str(i % 7 + 1), DAYS[i], *row(i)]) for i in range(40)]
    (folder / "orders.csv").write_text("\n".join([f"order_id,customer_id,date,{header}", *lines]))
    return init("orders.csv")


@pytest.mark.parametrize(
    ("header", "word"),
    [("transaction_type", "Return"), ("Belegart", "Gutschrift"), ("Voucher Type", "Credit Note")],
)
def test_returns_written_above_zero_are_counted_below_it(here, header, word):
    result = init_file(
        here, f"amount,{header}", lambda i: (f"{i + 1}.50", word if i % 4 == 0 else "Sale")
    )
    amounts = [-(i + 1.5) if i % 4 == 0 else i + 1.5 for i in range(40)]
    assert lines_of(result.path).amount.sum() == pytest.approx(sum(amounts))
    assert any(f"counted below 0: {word} (10 rows, 195.00)" in note for note in result.notes)


def test_returns_that_are_below_zero_stay_as_they_are(here):
    result = init_file(
        here, "amount,type", lambda i: ("5.5" if i % 4 else "-2.5", "Sale" if i % 4 else "Return")
    )
    assert lines_of(result.path).amount.sum() == pytest.approx(30 * 5.5 - 10 * 2.5)


def test_returns_with_money_of_two_readings_are_asked_about(here):
    result = init_file(
        here, "amount,type", lambda i: (f"€ 1.{100 + i}", "Refund" if i % 4 == 0 else "Sale")
    )
    assert any("two readings" in question for question in result.to_mend)


def test_kinds_that_all_count_are_named_with_their_money(here):
    result = init_file(
        here, "amount,line_type", lambda i: ("2.50", "Tax") if i % 2 else (f"{i}.25", "Product")
    )
    assert any("All kinds of `line_type` count: " in note for note in result.notes)


@pytest.mark.parametrize(
    ("header", "yes", "no"),
    [("is_test", "true", "false"), ("Refunded?", "1", "0"), ("Voided", "Yes", "No")],
)
def test_flagged_rows_are_no_orders(here, header, yes, no):
    result = init_file(here, f"amount,{header}", lambda i: (f"{i}.5", no if i % 8 else yes))
    assert len(lines_of(result.path)) == 35
    assert any(f"By `{header}`, no orders: 5 rows" in note for note in result.notes)


def test_an_amount_in_cents_is_divided(here):
    result = init_file(here, "amount_cents", lambda i: (str(250 + i),))
    assert lines_of(result.path).amount.sum() == pytest.approx((40 * 250 + 780) / 100)


def test_money_paid_back_is_subtracted_where_an_order_has_one_row(here):
    result = init_file(
        here, "total,refund_amount", lambda i: (f"{i + 9}.50", "1.25" if i % 4 else f"{i}.00")
    )
    back = sum(1.25 if i % 4 else i for i in range(40))
    assert lines_of(result.path).amount.sum() == pytest.approx(
        sum(i + 9.5 for i in range(40)) - back
    )


def test_money_paid_back_on_lines_of_orders_is_named(here):
    lines = [
        f"o{i // 2},{i % 7},{DAYS[i // 2]},{i}.50,{i % 3}.25,shirt {i % 2}" for i in range(40)
    ]
    header = "order_id,customer_id,date,line_total,refund_amount,product"
    (here / "lines.csv").write_text("\n".join([header, *lines]))
    assert any("It is not subtracted" in note for note in init("lines.csv").notes)


def test_the_id_of_all_guests_is_no_customer(here):
    lines = [f"o{i},{i // 2 if i % 2 else 0},{DAYS[i]},{i}.50" for i in range(40)]
    (here / "orders.csv").write_text("\n".join(["order_id,customer_id,date,amount", *lines]))
    result = init("orders.csv")
    assert any("`customer_id` is 0 in 21 rows, as for guests" in note for note in result.notes)
    assert len(lines_of(result.path)) == 19


def test_a_customer_0_with_the_orders_of_one_is_a_customer(here):
    lines = [f"o{i},{i % 7},{DAYS[i]},{i}.50" for i in range(40)]
    (here / "orders.csv").write_text("\n".join(["order_id,customer_id,date,amount", *lines]))
    assert lines_of(init("orders.csv").path).customer_id.nunique() == 7


def test_a_discount_beside_pieces_times_price_is_said_not_to_be_subtracted(here):
    prices = [5.5 + i % 6 for i in range(40)]
    result = init_file(
        here,
        "quantity,unit_price,discount",
        lambda i: (str(i % 3 + 1), f"{prices[i]:.2f}", f"{i % 5}.00"),
    )
    assert any("`discount` is not subtracted" in note for note in result.notes)
    whole = sum((i % 3 + 1) * price for i, price in enumerate(prices))
    assert lines_of(result.path).amount.sum() == pytest.approx(whole)


def test_orders_with_a_day_on_which_they_were_cancelled_are_left_out(here):
    result = init_file(here, "amount,Canceled At", lambda i: ("10.5", "" if i % 4 else DAYS[i]))
    assert lines_of(result.path).amount.sum() == pytest.approx(30 * 10.5)
    assert any("By `Canceled At`, no orders: 10 rows" in note for note in result.notes)


def test_returns_shown_by_pieces_below_zero_are_counted_below_it(here):
    result = init_file(here, "amount,qty", lambda i: (f"{i}.5", "2" if i % 4 else "-1"))
    amounts = [i + 0.5 if i % 4 else -(i + 0.5) for i in range(40)]
    assert lines_of(result.path).amount.sum() == pytest.approx(sum(amounts))
    # 0.5 + 4.5 + ... + 36.5
    assert any("counted below 0: 10 rows, 185.00" in note for note in result.notes)


def test_returns_below_zero_in_pieces_and_money_stay_as_they_are(here):
    result = init_file(here, "amount,qty", lambda i: ("10.5", "2") if i % 4 else ("-4.5", "-1"))
    assert lines_of(result.path).amount.sum() == pytest.approx(30 * 10.5 - 10 * 4.5)


@pytest.mark.parametrize(
    ("header", "sale", "back"),
    [
        ("Dr/Cr", "DR", "CR"),
        ("Transaction Type", "Credit", "Debit"),
        ("S/H Sign", "Soll", "Haben"),
    ],
)
def test_the_fewer_of_debits_and_credits_count_below_zero_and_both_are_named(
    here, header, sale, back
):
    result = init_file(here, f"amount,{header}", lambda i: ("10.5", sale if i % 4 else back))
    assert lines_of(result.path).amount.sum() == pytest.approx(20 * 10.5)
    start = f"`{header}` has debits and credits. As the more, {sale} (30 rows, 315.00) count"
    assert any(start in note for note in result.notes)


def test_debit_and_credit_cards_are_no_signs(here):
    result = init_file(here, "amount,card", lambda i: ("10.5", "Debit" if i % 4 else "Credit"))
    assert lines_of(result.path).amount.sum() == pytest.approx(40 * 10.5)


def test_a_single_refund_is_subtracted(here):
    result = init_file(here, "amount,Refund Amount", lambda i: ("10.5", "4.00" if i == 9 else "0"))
    assert lines_of(result.path).amount.sum() == pytest.approx(40 * 10.5 - 4)


@pytest.mark.parametrize(
    ("header", "main", "other"),
    [("DocCur", "EUR", "USD"), ("currency", "978", "392")],
)
def test_amounts_of_two_currencies_are_never_summed(here, header, main, other):
    result = init_file(here, f"amount,{header}", lambda i: ("10.5", main if i % 4 else other))
    assert lines_of(result.path).amount.sum() == pytest.approx(30 * 10.5)
    assert any(f"{main} (30 rows, 315.00) is kept" in note for note in result.notes)
