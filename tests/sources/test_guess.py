import pandas as pd
import pytest

from tiercast.contract.errors import DataContractError
from tiercast.sources.column_look import look_at
from tiercast.sources.guess import guess_map
from tiercast.sources.workspace import workspace


def looks(**columns):
    with workspace() as connection:
        return look_at(connection.create_table("file", pd.DataFrame(columns)))


def guess(**columns):
    return guess_map(looks(**columns), "orders.csv")


ENGLISH = {
    "CustomerID": ["a", "b", "a", "b"],
    "InvoiceDate": ["2024-01-05", "2024-01-06", "2024-02-05", "2024-02-07"],
    "Net Amount": [12.5, 3.0, 8.25, 9.0],
}


def test_names_of_any_spelling_are_recognised():
    assert guess(**ENGLISH).columns == {
        "customer_id": "CustomerID",
        "ordered_at": "InvoiceDate",
        "amount": "Net Amount",
    }


def test_every_canonical_column_is_found_by_its_own_name():
    names = {
        "customer_id": [1, 2, 1, 2],
        "ordered_at": ENGLISH["InvoiceDate"],
        "amount": ENGLISH["Net Amount"],
        "order_id": [1, 2, 3, 4],
        "product_id": ["p", "q", "p", "q"],
        "category": ["food", "toys", "food", "toys"],
        "quantity": [1, 2, 3, 1],
        "discount": [0.0, 1.5, 0.0, 2.0],
        "channel": ["web", "shop", "web", "web"],
        "cost": [5.0, 1.0, 4.0, 3.5],
    }
    assert guess(**names).columns == {name: name for name in names}


@pytest.mark.parametrize(
    "names",
    [
        ("客户编号", "下单时间", "实付金额", "订单号"),
        ("Kunden-Nr.", "Bestelldatum", "Umsatz", "Bestellnummer"),
        ("id_client", "date_commande", "montant_ttc", "numero_commande"),
        ("id_cliente", "Fecha de compra", "Importe", "Pedido"),
        ("顧客ID", "購入日時", "売上金額", "注文番号"),
        ("клиент", "дата", "сумма", "номер_заказа"),
    ],
)
def test_names_of_other_languages_are_recognised(names):
    customer, time, amount, order = names
    found = guess(
        **{
            order: [1, 2, 3, 4],
            amount: ENGLISH["Net Amount"],
            time: ENGLISH["InvoiceDate"],
            customer: ["a", "b", "a", "b"],
        }
    )
    assert found.columns == {
        "customer_id": customer,
        "ordered_at": time,
        "amount": amount,
        "order_id": order,
    }


def test_a_single_time_and_a_single_money_column_need_no_telling_name():
    found = guess(cust=["a", "a", "b"], when=ENGLISH["InvoiceDate"][:3], x=[1.5, 2.5, 9.0])
    assert found.columns == {"customer_id": "cust", "ordered_at": "when", "amount": "x"}
    assert found.guesses[1].reason.startswith("the only column whose values fit")


def test_of_two_dates_the_one_named_like_an_order_is_taken():
    shipped = {"ship_date": ENGLISH["InvoiceDate"], "birth_date": ["1990-01-01"] * 4}
    assert guess(**shipped, **ENGLISH).columns["ordered_at"] == "InvoiceDate"


def test_dates_that_are_not_iso_get_their_format():
    found = guess(**ENGLISH | {"InvoiceDate": [20240105, 20240106, 20240205, 20240207]})
    assert found.time_format == "%Y%m%d"
    assert guess(**ENGLISH).time_format is None


def test_a_price_beside_a_quantity_is_not_taken_for_the_amount():
    money = {"Price": [2.5, 1.5, 2.5, 9.0], "Quantity": [2, 1, 3, 1]}
    found = guess(CustomerID=ENGLISH["CustomerID"], date=ENGLISH["InvoiceDate"], **money)
    assert "amount" not in found.columns
    assert found.unit_price.name == "Price"


def test_a_price_without_quantities_is_the_amount():
    found = guess(user=ENGLISH["CustomerID"], date=ENGLISH["InvoiceDate"], price=[2.5, 1, 2, 9])
    assert found.columns["amount"] == "price"
    assert found.unit_price is None


def test_an_amount_beside_price_and_quantity_is_taken():
    found = guess(**ENGLISH, unit_price=[1.0, 2.5, 1.0, 9.0], qty=[2, 1, 3, 1])
    assert found.columns["amount"] == "Net Amount"
    assert found.columns["quantity"] == "qty"
    assert [look.name for look in found.unused] == ["unit_price"]


def test_a_discount_given_as_a_share_or_below_zero_is_left_out():
    assert "discount" not in guess(**ENGLISH, discount=[0.1, 0.25, 0.0, 0.1]).columns
    assert "discount" not in guess(**ENGLISH, discount=[-1.0, -2.5, 0.0, 0.0]).columns


@pytest.mark.parametrize(
    ("column", "role"),
    [("CustomerID", "customer_id"), ("InvoiceDate", "ordered_at")],
)
def test_one_missing_role_is_named_with_the_columns_that_could_be_it(column, role):
    rest = {name: values for name, values in ENGLISH.items() if name != column}
    found = guess(**rest, note=["x", "y", "x", "x"])
    assert found.missing == (role,)
    assert f"`{role}` is missing" in found.gaps[0]


def test_without_money_the_file_is_refused_and_shown():
    rest = {name: values for name, values in ENGLISH.items() if name != "Net Amount"}
    with pytest.raises(DataContractError, match="No column for `amount`") as refusal:
        guess(**rest, note=["x", "y", "x", "x"])
    assert "note (text)" in str(refusal.value)


def test_without_two_of_customer_time_and_amount_the_file_is_refused():
    with pytest.raises(DataContractError, match="No column for `customer_id`"):
        guess(**{"Net Amount": ENGLISH["Net Amount"]}, height=[1.1, 1.2, 1.3, 1.4])


def test_money_with_decimal_commas_and_signs_is_an_amount():
    rest = {name: values for name, values in ENGLISH.items() if name != "Net Amount"}
    found = guess(**rest, Betrag=["1.234,50", "7,00 €", "-3,10", "8,00"])
    assert found.columns["amount"] == "Betrag"


def test_of_several_dates_without_a_telling_name_none_is_taken():
    dates = {"opened": ENGLISH["InvoiceDate"], "begun": ENGLISH["InvoiceDate"]}
    found = guess(customer=["a", "b", "a", "b"], total=[1.5, 2.0, 3.0, 4.0], **dates)
    assert found.missing == ("ordered_at",)
    assert "`opened`, `begun`" in found.gaps[0]


def test_an_empty_or_constant_column_is_never_taken():
    found = guess(
        **ENGLISH, customer_id=pd.array([None] * 4, "string"), user_id=["x"] * 4, amount=[5.0] * 4
    )
    assert found.columns["customer_id"] == "CustomerID"
    assert found.columns["amount"] == "Net Amount"


@pytest.mark.parametrize(
    "name",
    ["card_id", "Invoice ID", "session_id", "product_id", "Payment Card ID", "user_session"],
)
def test_ids_of_other_things_are_no_customers(name):
    found = guess(**{name: ["p", "q", "p", "q"]}, **ENGLISH)
    assert found.columns["customer_id"] == "CustomerID"
    rest = {own: values for own, values in ENGLISH.items() if own != "CustomerID"}
    assert "customer_id" not in guess(**{name: ["p", "q", "p", "q"]}, **rest).columns


@pytest.mark.parametrize(
    "name", ["sales_channel_id", "quantity", "order_value_pct", "fiscal_year", "total_tax"]
)
def test_channels_quantities_years_and_shares_are_no_amounts(name):
    values = [2021, 2022, 2023, 2024] if name == "fiscal_year" else [1, 2, 1, 2]
    found = guess(**{name: values}, **ENGLISH)
    assert found.columns["amount"] == "Net Amount"


def test_money_given_back_is_no_amount():
    found = guess(**ENGLISH | {"Net Amount": [5.0] * 4}, **{"Refund Amount": [0.0, 4.0, 0.0, 1.5]})
    assert found.columns["amount"] == "Net Amount"


def test_the_order_total_goes_before_the_subtotal_with_tax():
    money = {
        "Subtotal (inc tax)": [1.0, 2.5, 3.0, 4.0],
        "Order Total (inc tax)": [2.0, 3.5, 4.0, 5.0],
    }
    rest = {own: values for own, values in ENGLISH.items() if own != "Net Amount"}
    assert guess(**money, **rest).columns["amount"] == "Order Total (inc tax)"


def test_a_customer_is_sought_among_columns_that_repeat_and_have_no_role():
    rest = {own: values for own, values in ENGLISH.items() if own != "CustomerID"}
    names = {
        "Row Key": ["p", "q", "r", "s"],
        "Clock": ["08:15", "09:30"] * 2,
        "Who": ["a", "b"] * 2,
    }
    (gap,) = guess(**names, **rest).gaps
    assert "it could be one of these: `Who`, `Row Key`." in gap


def test_a_date_that_cannot_be_read_is_named_with_a_value():
    dates = ["1 de agosto de 2023 20:10 hs.", "3 de agosto de 2023 09:00 hs."] * 2
    found = guess(**ENGLISH | {"InvoiceDate": dates})
    assert "Named like one, but its values cannot be read so: `InvoiceDate` (3 de" in found.gaps[0]


def test_the_next_best_columns_are_shown():
    found = guess(**ENGLISH, client=["x", "y", "x", "z"], order_total=[1.0, 2.5, 3.0, 4.0])
    shown = {(g.role, g.look.name) for g in found.runners_up}
    assert {("customer_id", "client"), ("amount", "order_total")} <= shown


def test_dates_with_two_readings_are_never_sure():
    months = [f"{month:02d}/01/2024" for month in range(1, 13)]
    found = guess(user=["a", "b"] * 6, date=months, total=[n + 0.5 for n in range(12)])
    (time,) = [g for g in found.guesses if g.role == "ordered_at"]
    assert time.score <= 0.5
    assert time.look.time_format == "%m/%d/%Y"
    assert "month-first: 12 days, 2024-01-01 to 2024-12-01" in time.reason
    assert "day-first: 12 days, 2024-01-01 to 2024-01-12" in time.reason


def test_a_file_of_events_is_refused_with_where_it_belongs():
    with pytest.raises(DataContractError, match="the table `events`"):
        guess(
            customer_id=["a", "a"],
            event_at=["2024-01-05", "2024-01-06"],
            event_type=["visit", "click"],
        )


def test_no_column_has_two_roles():
    found = guess(**ENGLISH, total=[1.0, 2.0, 3.5, 4.0], order_total=[2.0, 3.0, 4.5, 6.0])
    assert len(set(found.columns.values())) == len(found.columns)


@pytest.mark.parametrize(
    ("role", "usual", "other"),
    [
        ("order_id", "Order ID", "Transaction ID"),
        ("amount", "Total", "Subtotal"),
        ("customer_id", "Kd.-Nr.", "Kunde"),
    ],
)
def test_of_two_names_of_a_role_the_usual_one_is_taken_wherever_it_stands(role, usual, other):
    known = {"customer_id": "CustomerID", "amount": "Net Amount"}
    rest = {name: values for name, values in ENGLISH.items() if name != known.get(role)}
    values = ENGLISH.get(known.get(role, ""), [1, 2, 3, 4])
    assert guess(**{other: values, usual: values}, **rest).columns[role] == usual
    assert guess(**{usual: values, other: values}, **rest).columns[role] == usual


def test_an_e_mail_address_is_a_customer_though_an_address_is_none():
    values = {"Email Address": ["a@b.de", "c@d.de", "a@b.de", "c@d.de"]}
    rest = {name: ENGLISH[name] for name in ("InvoiceDate", "Net Amount")}
    assert guess(**values, **rest).columns["customer_id"] == "Email Address"


def test_the_technical_names_of_an_erp_system_are_recognised():
    found = guess(
        VBELN=["0001", "0002", "0003", "0004"],
        KUNNR=["0000000401", "0000000402", "0000000401", "0000000402"],
        AUDAT=["20240105", "20240106", "20240205", "20240207"],
        NETPR=ENGLISH["Net Amount"],
        NETWR=ENGLISH["Net Amount"],
    )
    wanted = {
        "customer_id": "KUNNR",
        "ordered_at": "AUDAT",
        "amount": "NETWR",
        "order_id": "VBELN",
    }
    assert found.columns == wanted


@pytest.mark.parametrize(
    "written",
    [["1\u202f234,50\u00a0€", "97,60\u00a0€"], ["₹ 12,34,567.50", "₹ 1,00,000.00"]],
)
def test_money_with_narrow_blanks_or_lakhs_is_an_amount(written):
    values = ENGLISH | {"Net Amount": written * 2}
    assert guess(**values).columns["amount"] == "Net Amount"
