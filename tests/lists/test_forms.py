import hashlib

import ibis
import pytest

from tiercast.lists.layout import formed


def written(text, form):
    table = ibis.memtable({"x": [text]}, schema={"x": "string"})
    return table.select(y=formed(table.x, form)).y.to_pyarrow().to_pylist()[0]


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("text", ["ann@example.com", " Ann@Example.COM ", "ann @example.com\t"])
def test_spellings_of_an_address_have_one_hash(text):
    assert written(text, "email_sha256") == digest("ann@example.com")


@pytest.mark.parametrize("text", ["+49 170 1234567", "0049-170/1234567", "+49 (170) 1234567"])
def test_spellings_of_a_phone_number_have_one_hash(text):
    assert written(text, "phone") == "+491701234567"
    assert written(text, "phone_sha256") == digest("+491701234567")
    assert written(text, "phone_digits_sha256") == digest("491701234567")


def test_a_phone_number_without_country_code_stays_and_has_no_hash():
    assert written("0170 1234567", "phone") == "0170 1234567"
    assert written("0170 1234567", "phone_sha256") is None


@pytest.mark.parametrize("form", ["plain", "phone", "email_sha256", "phone_sha256"])
@pytest.mark.parametrize("text", [None, "", "  "])
def test_nothing_stays_missing(text, form):
    assert written(text, form) is None
