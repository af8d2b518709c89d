"""Customer ids as files write them: one person is one customer, nobody is none."""

import pandas as pd
import pytest

from bases import opened
from tiercast.contract.errors import DataContractError


def lines(*ids: object) -> pd.DataFrame:
    days = [f"2024-01-{n + 1:02d}" for n in range(len(ids))]
    return pd.DataFrame({"customer_id": list(ids), "ordered_at": days, "amount": 5.0})


def customers(folder, *ids: object, **settings: object) -> list[object]:
    with opened(folder, {"transactions": lines(*ids)}, **settings) as base:
        found: list[object] = sorted(set(base.transactions.to_pandas()["customer_id"]))
    return found


def test_blanks_at_the_ends_are_no_other_customer(tmp_path):
    assert customers(tmp_path, "c1", "c1 ", "\u00a0c1\t", "C1") == ["C1", "c1"]


def test_e_mail_addresses_are_one_in_upper_and_lower_case(tmp_path):
    ids = ("ann@shop.example", "Ann@Shop.example ", "bob@shop.example")
    assert customers(tmp_path, *ids) == ["ann@shop.example", "bob@shop.example"]


def test_whole_numbers_with_and_without_a_point_are_two_customers_and_named(tmp_path):
    with opened(tmp_path, {"transactions": lines("12", "12.0", "7", "NULL")}) as base:
        assert base.report.table("transactions").customers == 3
        assert base.report.rows_found("point_in_id") == 1


@pytest.mark.parametrize("ids", [("12", "12.0", "A7"), ("007", "7.0"), ("1.5", "1")])
def test_points_of_other_ids_are_not_named(tmp_path, ids):
    with opened(tmp_path, {"transactions": lines(*ids)}) as base:
        assert base.report.rows_found("point_in_id") == 0


def test_the_config_makes_them_one(tmp_path):
    source = {"path": str(tmp_path / "transactions.parquet"), "normalise": ["trim", "whole"]}
    own = {"transactions": source}
    assert customers(tmp_path, "12", "12.0 ", "7", sources=own) == ["12", "7"]


def test_what_makes_spellings_one_is_reported(tmp_path):
    with opened(tmp_path, {"transactions": lines("a@b.example", "A@b.example ")}) as base:
        assert base.report.rows_found("spelling_of_customer") == 1


def test_the_config_decides_what_makes_spellings_one(tmp_path):
    frame = {"transactions": lines("c1", "C1 ", "c1 ")}
    path = str(tmp_path / "transactions.parquet")
    for normalise, found in {(): 3, ("trim",): 2, ("trim", "lower"): 1}.items():
        source = {"path": path, "normalise": list(normalise)}
        with opened(tmp_path, frame, sources={"transactions": source}) as base:
            assert base.report.table("transactions").customers == found


@pytest.mark.parametrize("word", ["NULL", "nan", r"\N", "-", "None", "N/A", "(not set)", " "])
def test_a_word_for_none_is_no_customer(tmp_path, word):
    with opened(tmp_path, {"transactions": lines("c1", word)}) as base:
        assert base.report.rows_found("null_customer") == 1
        assert base.quarantine["transactions"].to_pandas()["customer_id"].tolist() == [word]


@pytest.mark.parametrize(
    "ids",
    [
        ("4f2c81aa", "90e17733", "5E25"),
        ("4200001234202401051234567890", "4200001234202401051234567891"),
        ("0007", "7"),
        ("1e3", "1000"),
    ],
)
def test_ids_of_csv_are_never_computed_with(tmp_path, ids):
    file = tmp_path / "orders.csv"
    lines(*ids).to_csv(file, index=False)
    source = {"path": str(file)}
    with opened(tmp_path, {}, sources={"transactions": source}) as base:
        found = set(base.transactions.to_pandas()["customer_id"])
    assert found == set(ids)


def test_profiles_are_spelled_as_the_orders_are(tmp_path):
    tables = {
        "transactions": lines("ann@shop.example"),
        "customers": pd.DataFrame({"customer_id": ["ANN@shop.example "], "age": [44]}),
    }
    with opened(tmp_path, tables) as base:
        assert base.tables["customers"].to_pandas()["customer_id"].tolist() == ["ann@shop.example"]


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ("C-1", r"none of the customers in `customers` has an order: .*'C-1' here, 'c1' in `tr"),
        (1, r"none of the customers in `customers` has an order: .*'1' here, 'c1' in `tr"),
    ],
)
def test_a_table_that_meets_no_customer_is_refused_with_both_forms(tmp_path, own, message):
    tables = {
        "transactions": lines("c1", "c2"),
        "customers": pd.DataFrame({"customer_id": [own], "age": [44]}),
    }
    with pytest.raises(DataContractError, match=message), opened(tmp_path, tables):
        pass


def test_ids_that_cannot_be_numbers_are_refused_where_the_orders_have_numbers(tmp_path):
    tables = {
        "transactions": lines(1, 2),
        "customers": pd.DataFrame({"customer_id": ["C1"], "age": [44]}),
    }
    message = "they are whole numbers there, but such as 'C1' here"
    with pytest.raises(DataContractError, match=message), opened(tmp_path, tables):
        pass
