"""What the server responses, and refuses."""

import csv
import io

import pytest
import requests

from tiercast.app.pages import PAGES
from tiercast.app.server import listening
from tiercast.config.errors import InputError


def rows_of(response):
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("path", PAGES.values())
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_of_the_menu_is_there_in_both_languages(shop, path, language):
    response = requests.get(f"{shop}{path}?language={language}")
    assert response.status_code == 200
    assert f'<html lang="{language}">' in response.text


def test_another_host_name_is_refused(shop):
    assert requests.get(shop, headers={"Host": "evil.example"}).status_code == 403


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example"])
def test_a_form_of_another_site_is_refused(shop, origin):
    headers = {} if origin is None else {"Origin": origin}
    assert requests.post(f"{shop}/campaign/export", headers=headers).status_code == 403


def test_an_export_is_never_made_by_get(shop):
    assert requests.get(f"{shop}/campaign/export").status_code == 405


def test_only_own_script_files_may_run(shop):
    policy = requests.get(shop).headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy


def test_the_download_holds_every_customer_that_the_filters_leave(shop, trained_shop):
    response = requests.get(f"{shop}/customers.csv?sort=customer_id")
    ids = trained_shop.scores["customer_id"].to_pylist()
    assert [row[0] for row in rows_of(response)[1:]] == sorted(ids)


def test_risk_limits_hold_in_percent(shop, trained_shop):
    response = requests.get(f"{shop}/customers.csv?risk_from=40&risk_to=80")
    risks = trained_shop.scores["churn_probability"].to_pylist()
    assert len(rows_of(response)) - 1 == sum(0.4 <= risk <= 0.8 for risk in risks)


def test_a_campaign_list_holds_those_with_most_at_stake(shop):
    asked = f"{shop}/campaign/export?risk=20&value=100&budget=0&language=en"
    rows = rows_of(requests.post(asked, headers={"Origin": shop}))
    place = rows[0].index("At stake")
    stakes = [float(row[place]) for row in rows[1:]]
    assert len(stakes) == 10
    assert stakes == sorted(stakes, reverse=True)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/customers?risk_from=much", 400),
        ("/customers?risk_to=101", 400),
        ("/customers?page=0", 400),
        ("/customers?sort=reasons", 400),
        ("/customers/nobody", 404),
        ("/customers?as_of=1999-01-01", 404),
        ("/customers?as_of=soon", 404),
        ("/segments?a=nobody", 404),
        ("/campaign?budget=1.5", 400),
        ("/nothing", 404),
    ],
)
def test_a_wrong_address_is_explained_in_words(shop, path, status):
    response = requests.get(f"{shop}{path}")
    assert response.status_code == status
    assert 'id="problem"' in response.text


def test_text_of_an_address_is_escaped(shop):
    response = requests.get(f"{shop}/customers?search=<script>alert(1)</script>")
    assert "<script>alert" not in response.text


def test_a_port_that_is_taken_names_the_option():
    with listening(0) as taken:
        taken.listen()
        with pytest.raises(InputError, match="--port"):
            listening(taken.getsockname()[1])
