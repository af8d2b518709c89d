import math

import pytest

from tiercast.formats import MISSING, Formats


@pytest.mark.parametrize(
    ("language", "currency", "text"),
    [
        ("en", "EUR", "€1,234"),
        ("zh", "CNY", "¥1,234"),
        ("en", "CNY", "CN¥1,234"),
        ("en", None, "1,234"),
    ],
)
def test_money_has_the_sign_of_its_currency(language, currency, text):
    assert Formats(language, currency).money(1234.2) == text


@pytest.mark.parametrize("form", ["count", "share", "money", "total", "decimal", "two", "three"])
def test_a_missing_number_is_a_dash(form):
    assert Formats().named(form)(math.nan) == MISSING


def test_money_has_no_decimals_that_its_currency_lacks():
    assert [Formats(currency=c).money(92.84) for c in ("JPY", "GBP")] == ["¥93", "£92.8"]
    assert Formats(currency="JPY").money(0.456) == "¥0"
