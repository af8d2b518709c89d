"""`forget` erases a customer, says what it searched, and is wrong usage without one."""

import json

import pytest

DAY = ("--as-of", "2024-03-11")


@pytest.fixture
def checked(shop, run):
    """Return the config of a shop whose quarantine and run log lie in its output."""
    assert run("check", shop).exit_code in (0, 2)
    return shop


def test_what_was_searched_and_found_is_a_table_of_json(checked, run):
    result = run("--json", "forget", checked, "a", *DAY)
    assert result.exit_code == 0, result.stderr
    tables = [json.loads(line) for line in result.stdout.splitlines()]
    assert {row["Place"]: row["Left"] for row in tables[0]["rows"]}["check"] == "0"
    assert tables[1]["rows"][0] == {
        "Table": "transactions",
        "Source": "orders.csv",
        "Rows of the customer": "2",
    }


def test_later_runs_put_the_rows_aside_and_count_them(checked, run):
    run("forget", checked, "a", *DAY)
    assert "erased_customer" in run("check", checked).stdout


def test_it_speaks_chinese(checked, run, english):
    shown = run("forget", checked, "a", *DAY, "--language", "zh")
    assert english(shown.stdout) == set()


@pytest.mark.parametrize("arguments", [(), ("a", "--expired")])
def test_a_customer_or_expired_is_named(checked, run, arguments):
    result = run("forget", checked, *arguments)
    assert result.exit_code == 2
    assert "--expired" in result.stderr


def test_an_unknown_customer_is_wrong_input(checked, run):
    result = run("forget", checked, "nobody", *DAY)
    assert result.exit_code == 2
    assert "names this customer" in result.stderr


def test_without_retention_nothing_expires(checked, run):
    result = run("forget", checked, "--expired")
    assert result.exit_code == 2
    assert "retention" in result.stderr
