import copy
import pickle

import pytest

from tiercast.config.environment import Expanded, expanded, public_text, secrets_of
from tiercast.config.errors import InputError, OutputError
from tiercast.config.loading import parse_config
from tiercast.contract.errors import DataContractError

URL = "https://host/a.csv?sig=${SHOP_SIG}"


@pytest.fixture
def signature(monkeypatch):
    monkeypatch.setenv("SHOP_SIG", "geheim/5c0f")
    return "geheim/5c0f"


def settings(**more):
    return {"name": "shop", "sources": {"transactions": {"path": URL, **more}}}


def test_a_text_with_a_value_knows_how_it_was_written(signature):
    path = parse_config(settings(), origin="shop.yaml").sources["transactions"].path
    assert path == f"https://host/a.csv?sig={signature}"
    assert public_text(path) == URL
    assert repr(path) == repr(URL)
    for copied in (pickle.loads(pickle.dumps(path)), copy.deepcopy(path)):
        assert (copied, public_text(copied)) == (path, URL)


def test_a_config_shows_no_value(signature):
    shown = repr(parse_config(settings(columns={"amount": "${SHOP_SIG}"}), origin="shop.yaml"))
    assert signature not in shown
    assert URL in shown


@pytest.mark.parametrize("error", [InputError, OutputError, DataContractError])
def test_no_error_shows_a_value_once_its_config_is_read(signature, error):
    parse_config(settings(), origin="shop.yaml")
    text = f"403 of https://host/a.csv?sig=geheim%2F5c0f: {signature} is refused"
    assert str(error(text)) == f"403 of {URL}: ${{SHOP_SIG}} is refused"


def test_a_short_value_is_hidden_with_the_text_around_it(monkeypatch):
    monkeypatch.setenv("SHOP_SIG", "q7")
    parse_config(settings(), origin="shop.yaml")
    assert str(InputError("403 of https://host/a.csv?sig=q7")) == f"403 of {URL}"


def test_what_names_folders_tiers_or_numbers_is_no_secret(monkeypatch):
    monkeypatch.setenv("SHOP_ROOT", "/srv/shop-data")
    monkeypatch.setenv("SHOP_DAYS", "1000000")
    given = {
        "sources": {"transactions": {"path": "${SHOP_ROOT}/orders.csv"}},
        "outlook": {"horizon_days": "${SHOP_DAYS}"},
        "output": {"path": "${SHOP_ROOT}/runs"},
    }
    assert secrets_of(given) == {"/srv/shop-data/orders.csv": "${SHOP_ROOT}/orders.csv"}
    assert not isinstance(expanded(given, "shop.yaml")["output"]["path"], Expanded)


def test_the_password_of_a_url_that_is_one_value_is_hidden_alone_too(monkeypatch):
    monkeypatch.setenv("SHOP_DB", "postgresql://me:geheim-11@host/shop")
    found = secrets_of({"output": {"connection": "${SHOP_DB}"}})
    assert found == {"geheim-11": "***", "postgresql://me:geheim-11@host/shop": "${SHOP_DB}"}
