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
    ("missing", "says"),
    [
        ("CustomerID", "No column for `customer_id`"),
        ("InvoiceDate", "No column for `ordered_at`"),
        ("Net Amount", "No column for `amount`"),
    ],
)
def test_without_customer_time_or_amount_the_file_is_refused_and_shown(missing, says):
    rest = {name: values for name, values in ENGLISH.items() if name != missing}
    with pytest.raises(DataContractError, match=says) as refusal:
        guess(**rest, note=["x", "y", "x", "x"])
    assert "Columns there:" in str(refusal.value)
    assert "note (text)" in str(refusal.value)


def test_a_refusal_shows_the_values_of_a_column_that_only_sounds_right():
    with pytest.raises(DataContractError, match=r"`Betrag` is named like one.*'7,00'"):
        guess(Kunde=["a", "a"], Datum=["2024-01-05", "2024-01-06"], Betrag=["12,50", "7,00"])


def test_a_refusal_names_the_columns_it_could_not_choose_from():
    dates = {"opened": ENGLISH["InvoiceDate"], "closed": ENGLISH["InvoiceDate"]}
    with pytest.raises(DataContractError, match="any of `opened`, `closed`"):
        guess(customer=["a", "b", "a", "b"], total=[1.5, 2.0, 3.0, 4.0], **dates)


def test_a_file_of_events_is_told_where_it_belongs():
    with pytest.raises(DataContractError, match="the table `events`"):
        guess(
            customer_id=["a", "a"],
            event_at=["2024-01-05", "2024-01-06"],
            event_type=["visit", "click"],
        )


def test_no_column_has_two_roles():
    found = guess(**ENGLISH, total=[1.0, 2.0, 3.5, 4.0], order_total=[2.0, 3.0, 4.5, 6.0])
    assert len(set(found.columns.values())) == len(found.columns)
