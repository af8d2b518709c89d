import pytest

from tiercast.config.errors import ConfigError
from tiercast.config.loading import parse_config

SHOP = {"name": "shop", "sources": {"transactions": {"path": "orders.csv"}}}


def test_the_token_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("SHOP_TOKEN", "geheim-77")
    config = parse_config({**SHOP, "serve": {"token": "${SHOP_TOKEN}"}}, origin="shop.yaml")
    assert config.serve.token == "geheim-77"


def test_a_token_written_into_the_file_is_refused_and_not_shown():
    with pytest.raises(ConfigError, match="token must come from the environment, as ") as caught:
        parse_config({**SHOP, "serve": {"token": "geheim-77"}}, origin="shop.yaml")
    assert "geheim" not in str(caught.value)
