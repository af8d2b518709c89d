import hashlib
import hmac

import pytest

from tiercast.config.errors import ConfigError
from tiercast.config.loading import load_config
from tiercast.config.public_settings import public_settings

KEY = "a key that nobody guesses"
CONFIG = "name: shop\nsources: {transactions: {path: orders.csv}}\nreport: {ids: pseudonymous%s}\n"


@pytest.fixture
def report(tmp_path, monkeypatch):
    """Load a config whose report has some more keys."""
    monkeypatch.setenv("SHOP_ID_KEY", KEY)
    monkeypatch.setenv("SHORT_KEY", "short")

    def load(more):
        (tmp_path / "shop.yaml").write_text(CONFIG % more, "utf-8")
        return load_config(tmp_path / "shop.yaml")

    return load


def test_a_pseudonym_is_the_hmac_of_the_id(report):
    wanted = hmac.new(KEY.encode(), b"1042", hashlib.sha256).hexdigest()[:16]
    shop = report(", id_key: '${SHOP_ID_KEY}'")
    assert shop.report.pseudonym(1042) == shop.report.pseudonym("1042") == wanted


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ("", "needs a key"),
        (", id_key: written-into-the-file", "must come from the environment"),
        (", id_key: '${SHORT_KEY}'", "must have 16 characters"),
        (", id_key: '${NOT_SET_KEY}'", "is used but not set in the environment"),
    ],
)
def test_without_a_good_key_the_error_says_what_to_do(report, more, wrong):
    with pytest.raises(ConfigError, match=wrong):
        report(more)


def test_the_key_is_in_no_record(report):
    shop = report(", id_key: '${SHOP_ID_KEY}'")
    assert KEY not in f"{public_settings(shop)}{shop!r}"
