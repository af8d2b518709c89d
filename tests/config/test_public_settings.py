import pytest

from tiercast.config.hiding import masked
from tiercast.config.public_settings import without_secrets
from tiercast.config.schema import Config

SECRET = "geheim"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://me:{SECRET}@host/shop",
        f"postgresql://me:x/{SECRET}@host/shop",
        f"postgresql://me:x@{SECRET}@host/shop",
        f"postgresql://me@host/shop?password={SECRET}",
        f"sftp://me:{SECRET}@host/orders.csv",
    ],
)
def test_the_password_of_a_url_is_hidden(url):
    assert masked(f"cannot reach {url} now").endswith(" now")
    assert SECRET not in masked(f"cannot reach {url} now")


def config(source, output):
    return Config.model_validate(
        {
            "name": "shop",
            "sources": {"transactions": {"connection": source, "table": "orders"}},
            "output": {"connection": output},
        }
    )


def test_passwords_are_hidden_in_whatever_words_they_stand():
    settings = config("postgresql://me:first@host/shop", "postgresql://me:two%20words@host/shop")
    text = "login with first failed, then with two words and two%20words"
    assert without_secrets(text, settings) == "login with *** failed, then with *** and ***"


def test_a_password_of_an_object_store_is_hidden_too():
    given = {"name": "shop", "sources": {"transactions": {"path": "sftp://me:first@host/a.csv"}}}
    settings = Config.model_validate(given | {"output": {"url": "sftp://me:second@host/scores"}})
    assert without_secrets("first and second were refused", settings) == "*** and *** were refused"


def test_without_passwords_nothing_is_hidden():
    settings = config("duckdb:///shop.duckdb", "postgresql://host/shop")
    assert without_secrets("the disk is full", settings) == "the disk is full"
