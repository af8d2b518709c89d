"""The page of measured campaigns, its file, and the campaign list that stands on one of them."""

import csv
import io
import shutil

import pytest
import requests
from playwright.sync_api import expect

from barriers import barriers, barriers_in_the_dark
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.measured.records import write_measured
from trained_base import SHOP_DAY, working_in

PHONE = {"width": 390, "height": 800}
LATER = "2099-01-01"


def record(campaign, first, money, cost, *, n=500, until=str(SHOP_DAY), each=None):
    """Return the record of a campaign of one arm, mail."""
    common = {"arm": "mail", "n": n, "adjusted": 0.012}
    ordered = {"control": 0.6, "treated": 0.62, "effect": 0.02, "low": 0.004, "high": 0.036}
    names = ("effect", "low", "high")
    paid = {"control": 20.0, "treated": 20.0 + money[0], **dict(zip(names, money, strict=True))}
    return {
        **{"campaign": campaign, "first": first, "days": 28, "until": until, "money": "money"},
        **{"costs": {"mail": cost}, "cost_each": each},
        "effects": [
            {**common, "outcome": "ordered", **ordered},
            {**common, "outcome": "money", **paid},
        ],
    }


RECORDS = (
    record("winter", "2023-12-01", (3.0, 1.0, 5.0), 200.0, each=0.4),  # profit 1,300
    record("spring", "2024-03-01", (1.0, -2.0, 4.0), 100.0),  # profit 400
    record("few", "2024-04-01", (0.5, -9.0, 10.0), 4.0, n=9),
    record("summer", "2024-06-01", (9.0, 8.0, 10.0), 1.0, until=LATER),
)


@pytest.fixture(scope="module")
def measured(trained_shop, tmp_path_factory, app_of):
    """Return the address of the app of a shop with measured campaigns."""
    folder = tmp_path_factory.mktemp("measured") / "shop"
    shutil.copytree(trained_shop.folder, folder)
    with working_in(folder):
        for one in RECORDS:
            write_measured(OutputFolder.of(trained_shop.config), one)
        with app_of(trained_shop.config) as address:
            yield address


def rows_of(response):
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_campaigns_over_by_the_day_are_shown_and_later_ones_are_counted(measured):
    page = requests.get(f"{measured}/campaigns?language=en").text
    assert "Measured campaigns: 3." in page
    assert "summer" not in page
    assert f"over only after {SHOP_DAY.day} July 2024: 1." in page
    assert "winter (0.40 a customer)" in page


def test_the_ledger_is_a_file_without_figures_of_small_arms(measured):
    heads, *rows = rows_of(requests.get(f"{measured}/campaigns.csv?language=en"))
    found = {row[0]: dict(zip(heads, row, strict=True)) for row in rows}
    assert list(found) == ["winter", "spring", "few"]
    assert (float(found["winter"]["Profit"]), float(found["spring"]["Return"])) == (1300, 4)
    assert found["few"]["Customers"] == "<10"
    assert {found["few"][name] for name in ("Cost", "Profit", "Cumulative profit")} == {""}


def test_a_campaign_list_stands_on_a_measured_campaign(measured):
    asked = "risk=0&budget=9&measured=winter&contact_cost=0.5&language=en"
    page = requests.get(f"{measured}/campaign?{asked}").text
    assert "save rate measured in campaign winter: +2.0 points, 95% +0.4 to +3.6" in page
    assert "as measured: 5%" in page
    assert "The save rate of 5% (95% interval 1% to 9%) was measured in campaign winter" in page
    assert '<option value="summer"' not in page
    asked_file = f"{measured}/campaign/export?{asked}"
    rows = rows_of(requests.post(asked_file, headers={"Origin": measured}))
    stakes = [float(row[rows[0].index("Value at stake")]) for row in rows[1:]]
    assert min(stakes) * 0.05 > 0.5 - 0.005


def test_an_unknown_campaign_is_answered_with_the_nearest(measured):
    page = requests.get(f"{measured}/campaign?measured=wintr&contact_cost=1&language=en")
    assert page.status_code == 404
    assert "did you mean `winter`?" in page.text


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", ["/campaigns?", "/campaign?measured=winter&contact_cost=1&"])
def test_nothing_bars_people_from_the_pages(page, measured, path, language):
    page.goto(f"{measured}{path}language={language}")
    expect(page.locator(".chart:not(:has(.main-svg))")).to_have_count(0)
    assert barriers(page) == []
    assert barriers_in_the_dark(page) == []
    page.set_viewport_size(PHONE)
    expect(page.locator("html")).to_have_js_property("scrollWidth", PHONE["width"])


@pytest.mark.parametrize("width", [1440, 1100, 800])
def test_no_field_of_the_campaign_list_covers_another(page, measured, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{measured}/campaign?measured=winter&contact_cost=1&language=en")
    boxes = [
        one.bounding_box()
        for one in page.locator(":is(.filters select, .filters input):visible").all()
    ]
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            beside = (
                one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
            )
            below = (
                one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
            )
            assert beside or below, (one, other)
