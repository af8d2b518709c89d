"""The app of a label table has the pages that apply, in both languages."""

import urllib.error
import urllib.request

import pytest

from trained_base import working_in


@pytest.fixture(scope="module")
def address(trained_labels, app_of):
    with working_in(trained_labels.folder), app_of(trained_labels.config) as served:
        yield served


def text_of(url: str) -> str:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read().decode()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "path", ["/", "/tiers", "/customers", "/customers/c0100", "/lists", "/lists/save", "/model"]
)
def test_a_page_is_shown(address, path, language):
    page = text_of(f"{address}{path}?language={language}")
    assert f'lang="{language}"' in page
    assert "c0100" in page or path != "/customers/c0100"


def test_pages_that_need_orders_are_not_there(address):
    assert "/segments" not in text_of(address)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        text_of(f"{address}/segments")


def test_customers_can_be_searched(address):
    page = text_of(f"{address}/customers?search=c0101")
    assert "c0101" in page
    assert "c0102" not in page
