import pytest

from tiercast.config.currency import known_currency


@pytest.mark.parametrize("code", ["EUR", "USD", "CNY", "JPY"])
def test_codes_of_iso_4217_are_currencies(code):
    assert known_currency(code) == code


@pytest.mark.parametrize(("code", "near"), [("eur", "EUR"), ("EURO", "EUR")])
def test_an_unknown_currency_is_answered_with_the_nearest_code(code, near):
    with pytest.raises(ValueError, match=f"did you mean `{near}`"):
        known_currency(code)
