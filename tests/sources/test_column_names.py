import pytest

from tiercast.contract.tables import TABLES
from tiercast.sources.column_names import NAMES, resemblance


def test_each_role_is_a_column_of_transactions_or_the_unit_price():
    known = {column.name for column in TABLES["transactions"].columns}
    assert set(NAMES) == known | {"unit_price"}


@pytest.mark.parametrize("role", NAMES)
def test_each_role_knows_its_own_name(role):
    assert resemblance(role, role) == 1


def test_no_name_belongs_to_two_roles():
    names = [name for known in NAMES.values() for name in known.split()]
    assert [name for name in set(names) if names.count(name) > 1] == []


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("customer_name_length", "quantity"),
        ("ship_date", "order_id"),
        ("order_date", "order_id"),
        ("quantity_in_stock", "amount"),
        ("description", "discount"),
    ],
)
def test_a_name_of_something_else_does_not_sound_like_the_role(name, role):
    assert resemblance(name, role) == 0
