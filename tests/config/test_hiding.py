import json
from html import escape
from urllib.parse import quote, quote_plus

import pytest

from tiercast.config.hiding import hide, masked, passwords, remember, replaced

SECRET = "a/b+c=d e'f\"&ü\\9"


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET),
        quote(SECRET, safe=""),
        quote(SECRET, safe="").lower(),
        quote_plus(SECRET),
        quote(quote(SECRET, safe=""), safe=""),
        repr(SECRET)[1:-1],
        json.dumps(SECRET)[1:-1],
        escape(SECRET),
        SECRET.replace("'", "''"),
    ],
)
def test_a_value_is_hidden_in_every_form_that_it_is_written_in(form):
    assert replaced(f"GET {form}: 403", {SECRET: "${KEY}"}) == "GET ${KEY}: 403"
    assert replaced(f"GET {form}: 403", {quote(SECRET): "${KEY}"}) == "GET ${KEY}: 403"


def test_of_two_values_the_longer_goes_first():
    secrets = {"geheim": "${SHORT}", "geheim-lang": "${LONG}"}
    assert replaced("geheim, geheim-lang", secrets) == "${SHORT}, ${LONG}"


def test_values_of_six_characters_are_hidden_and_shorter_ones_are_not():
    remember({"xq7zk": "${FIVE}", "xq7zk9": "${SIX}"})
    assert hide("xq7zk and xq7zk9") == "xq7zk and ${SIX}"


@pytest.mark.parametrize(
    "key", ["sig", "Signature", "X-Amz-Signature", "X-Amz-Security-Token", "token", "api_key"]
)
def test_what_signs_a_url_is_hidden(key):
    url = f"https://host/a.csv?v=2&{key}=geheim&w=3"
    assert masked(f"cannot read '{url}'") == f"cannot read 'https://host/a.csv?v=2&{key}=***&w=3'"


@pytest.mark.parametrize(
    "text", ["https://host/a.csv?sig=${SIG}", "postgresql://me:${PASSWORD}@host/shop", "a?b=c"]
)
def test_names_of_variables_are_reported(text):
    assert masked(text) == text


def test_passwords_come_as_they_stand_and_decoded():
    assert passwords("postgresql://me:two%20words@host/shop") == {"two%20words", "two words"}
    assert passwords("shop.csv") == set()


def test_a_user_with_an_empty_password_is_reported():
    url = "postgresql://postgres:@/shop?host=/tmp"
    assert passwords(url) == set()
    assert masked(url) == url
    assert passwords("postgresql://me@host/shop?password=a:geheim") == {"a:geheim"}
