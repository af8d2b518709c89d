"""What the server responses, and refuses."""

import csv
import io
import re

import pytest
import requests
from python_calamine import CalamineWorkbook

from tiercast.app.campaign import BUDGETS
from tiercast.app.pages import PAGES
from tiercast.app.server import listening
from tiercast.artifacts.dataset import manifest_of
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.config.errors import InputError
from tiercast.lists.record import exports
from tiercast.reporting.messages import load_messages
from tiercast.sources.workspace import workspace
from tiercast.verbs.export import export, lists


def rows_of(response):
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("path", PAGES.values())
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_of_the_menu_is_there_in_both_languages(shop, path, language):
    response = requests.get(f"{shop}{path}?language={language}")
    assert response.status_code == 200
    assert f'<html lang="{language}">' in response.text


@pytest.mark.parametrize("asked", ["customers?search", "customers.csv?search", "customers?tier"])
def test_a_parameter_that_no_database_can_hold_is_refused_by_its_name(shop, asked):
    response = requests.get(f"{shop}/{asked}=a%00b&language=en")
    assert response.status_code == 400
    assert f"“{asked.partition('?')[2]}” holds a character that no text has" in response.text


def test_another_host_name_is_refused(shop):
    assert requests.get(shop, headers={"Host": "evil.example"}).status_code == 403


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example"])
def test_a_form_of_another_site_is_refused(shop, origin):
    headers = {} if origin is None else {"Origin": origin}
    assert requests.post(f"{shop}/campaign/export", headers=headers).status_code == 403


@pytest.mark.parametrize("path", ["/campaign/export", "/lists/everyone/export"])
def test_an_export_is_never_made_by_get(shop, path):
    assert requests.get(f"{shop}{path}").status_code == 405


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


def test_an_action_is_a_filter(shop, trained_shop):
    names = trained_shop.scores["action_id"].to_pylist()
    for name in set(names):
        response = requests.get(f"{shop}/customers.csv?action={name}")
        assert len(rows_of(response)) - 1 == names.count(name)


def test_a_campaign_list_holds_those_with_most_at_stake(shop):
    asked = f"{shop}/campaign/export?risk=20&value=100&budget=0&language=en"
    rows = rows_of(requests.post(asked, headers={"Origin": shop}))
    place = rows[0].index("Value at stake")
    stakes = [float(row[place]) for row in rows[1:]]
    assert len(stakes) == 10
    assert stakes == sorted(stakes, reverse=True)


def test_lost_customers_are_on_a_campaign_list_only_if_asked_for(shop, trained_shop):
    asked = f"{shop}/campaign/export?risk=0&budget=9"
    folder = OutputFolder.of(trained_shop.config).exports(trained_shop.scored.as_of)
    for more, leave_out in (("", {True}), ("&lost=1", {True, False})):
        requests.post(f"{asked}{more}", headers={"Origin": shop})
        records = [manifest_of(one) for one in folder.glob("campaign-csv-*")]
        chosen = [one["chooses"] for one in records if one["limit"] == str(BUDGETS[9])]
        assert {"lifecycle_stage" in one for one in chosen} == leave_out


def test_contacts_that_pay_are_shown_and_exported(shop):
    asked = "risk=0&budget=9&save_rate=10&contact_cost=2&language=en"
    page = requests.get(f"{shop}/campaign?{asked}").text
    rows = rows_of(requests.post(f"{shop}/campaign/export?{asked}", headers={"Origin": shop}))
    stakes = [float(row[rows[0].index("Value at stake")]) for row in rows[1:]]
    assert min(stakes) * 0.1 > 2 - 0.005  # the file has two decimals
    assert f"{len(stakes)} contacts bring more than they cost" in page
    assert "double: 20%" in page
    worth = int(re.search(r"(\d+) contacts bring more", page)[1])
    assert f"(2.00 each, {2 * worth:,}.00 in all)" in page


def test_without_a_measured_campaign_the_page_says_which_command_measures_one(shop):
    page = requests.get(f"{shop}/campaigns?language=en")
    assert page.status_code == 200
    assert "Run tiercast experiment measure CONFIG CAMPAIGN" in page.text
    assert "<table" not in page.text


def test_a_campaign_page_asks_for_what_a_contact_costs_and_saves(shop):
    assert "Say a save rate" in requests.get(f"{shop}/campaign?language=en").text
    wrong = requests.get(f"{shop}/campaign?save_rate=101&contact_cost=1")
    assert wrong.status_code == 400


def test_a_campaign_for_everyone_names_no_least_value(shop):
    page = requests.get(f"{shop}/campaign?value=100&language=en").text
    assert "all customers</output>" in page
    assert "the top 60% (from" in requests.get(f"{shop}/campaign?value=60&language=en").text


def test_the_next_order_of_a_customer_is_a_date_in_words(shop, trained_shop):
    rows = trained_shop.scores.to_pylist()
    one = next(row for row in rows if row["next_order_date"])
    page = requests.get(f"{shop}/customers/{one['customer_id']}?language=en").text
    shown = load_messages("en").date(one["next_order_date"])
    assert f"<strong>{shown}</strong>" in page
    assert str(one["next_order_date"]) not in page


def test_an_export_records_whom_it_holds(shop, trained_shop):
    asked = f"{shop}/campaign/export?risk=20&budget=0&format=xlsx"
    response = requests.post(asked, headers={"Origin": shop})
    book = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
    exported = [row[0] for row in book.get_sheet_by_index(0).to_python()[1:]]
    with workspace() as connection:
        table = exports(connection, OutputFolder.of(trained_shop.config))
        of_campaign = table.filter(table.list == "campaign", table.format == "xlsx")
        recorded = of_campaign.order_by("position").customer_id.to_pyarrow().to_pylist()
    assert recorded == exported


def test_every_list_is_offered_with_its_customers_and_its_file(shop, trained_shop):
    page = requests.get(f"{shop}/lists?language=en").text
    for one in lists(trained_shop.config, language="en"):
        assert one.title in page
        response = requests.post(f"{shop}/lists/{one.name}/export", headers={"Origin": shop})
        assert len(rows_of(response)) - 1 == one.customers


def test_the_page_of_a_list_shows_its_first_customers(shop, trained_shop, tmp_path):
    file = tmp_path / "out.csv"
    chosen = export(trained_shop.config, "everyone", limit=20, output=file)
    page = requests.get(f"{shop}/lists/everyone?language=en").text
    places = [page.index(f"/customers/{one}") for one in chosen.frame()["customer_id"]]
    assert places == sorted(places)


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
        ("/lists/nobody", 404),
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
