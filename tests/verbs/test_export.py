import csv
import datetime as dt
import hashlib
import json
import zipfile

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.config.budget import BudgetConfig
from tiercast.config.errors import ConfigError, InputError
from tiercast.config.export_formats import default_formats
from tiercast.config.lists import default_lists
from tiercast.lists.base import ListBase
from tiercast.lists.record import exports
from tiercast.modeling.target import Target
from tiercast.scoring.score import score
from tiercast.sources.workspace import workspace
from tiercast.verbs.export import export, lists
from trained_base import SHOP_DAY, working_in

EVIL = '=HYPERLINK("http://x")'


@pytest.fixture(scope="module")
def base(trained_shop, tmp_path_factory):
    """Return the config of the shop, scored with names, addresses and phone numbers."""
    folder = tmp_path_factory.mktemp("exports")
    with working_in(trained_shop.folder):
        people = pd.read_parquet(trained_shop.config.sources["customers"].path)
        n = people.index
        people = people.assign(
            name="Kunde " + people["customer_id"],
            first_name="Zoë",
            last_name=[EVIL if i % 2 else "Péréz" for i in range(len(n))],
            email=[f" Ann.{i}@Example.COM " if i % 5 else None for i in range(len(n))],
            phone=[f"0049 170/{1_000_000 + i}" if i % 3 else "0170 5" for i in range(len(n))],
        )
        people.to_parquet(folder / "customers.parquet", index=False)
        sources = {
            **trained_shop.config.sources,
            "customers": trained_shop.config.sources["customers"].model_copy(
                update={"path": str(folder / "customers.parquet")}
            ),
        }
        output = {"path": str(folder / "runs")}
        config = trained_shop.config.model_copy(update={"sources": sources, "output": output})
        score(config, SHOP_DAY)
    return config


def read(file):
    """Return the first sheet of a workbook or a CSV as rows of cells."""
    if file.suffix == ".xlsx":
        return CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.reader(opened))


def column(result, header):
    first, *rows = read(result.file)
    return [row[first.index(header)] for row in rows]


EACH_LIST = [(one.name, "csv") for one in default_lists()]
EACH_FORMAT = [("everyone", one.name) for one in default_formats() if one.name != "csv"]


@pytest.mark.parametrize(("name", "form"), [*EACH_LIST, *EACH_FORMAT])
def test_each_list_and_each_format_is_written_whole(base, name, form):
    result = export(base, name, format=form)
    header, *rows = read(result.file)
    assert len(rows) == result.customers == len(result.frame())
    assert {len(row) for row in rows} <= {len(header)}
    assert result.left_out == 0 or form not in ("csv", "xlsx")


def test_the_lists_and_their_sizes_are_told_in_the_readers_language(base):
    found = {one.name: one for one in lists(base)}
    assert found["win_back"].title == "流失挽回"
    assert found["everyone"].customers == len(export(base, "everyone").frame())
    assert {one.title for one in lists(base, language="en")} >= {"Win back", "Grow"}


def test_words_of_a_list_are_in_the_language_asked_for(base, tmp_path):
    chinese = export(base, "everyone", output=tmp_path / "zh.csv")
    english = export(base, "everyone", output=tmp_path / "en.csv", language="en")
    assert {*column(chinese, "价值层级")} <= {"顶级", "潜力", "一般", "沉睡"}
    assert {*column(english, "Tier")} <= {"Top", "Potential", "General", "Dormant"}


def test_a_list_is_in_its_order_and_a_limit_keeps_the_first(base):
    values = [float(value) for value in column(export(base, "everyone"), "预期价值")]
    assert values == sorted(values, reverse=True)
    first = [float(v) for v in column(export(base, "everyone", limit=7), "预期价值")]
    assert first == values[:7]


def test_ads_get_hashes_of_normalised_addresses_alone(base):
    result = export(base, "everyone", format="google_ads", language="en")
    header, *rows = read(result.file)
    assert header == ["Email", "Phone"]
    written = {row[0] for row in rows}
    assert hashlib.sha256(b"ann.1@example.com").hexdigest() in written
    phones = {row[1] for row in rows}
    assert hashlib.sha256(b"+491701000001").hexdigest() in phones
    assert "@" not in result.file.read_text("utf-8")
    assert all(any(row) for row in rows)
    meta = column(export(base, "everyone", format="meta"), "phone")
    assert hashlib.sha256(b"491701000001").hexdigest() in meta


def test_customers_without_what_a_format_needs_are_left_out_and_counted(base):
    result = export(base, "everyone", format="hubspot")
    assert 0 < result.customers < 100  # every second customer has a profile
    assert result.customers + result.left_out == export(base, "everyone").customers
    assert all(column(result, "Email"))


def test_a_crm_gets_phone_numbers_that_it_can_dial(base):
    phones = {*column(export(base, "everyone", format="hubspot"), "Phone Number")}
    assert "+491701000001" in phones


def test_texts_that_look_like_formulas_are_guarded_in_csv_and_text_in_a_workbook(base):
    people = export(base, "everyone", language="en")
    assert f"'{EVIL}" in column(people, "Last name")
    assert not any(cell.startswith("=") for row in read(people.file) for cell in row)
    book = export(base, "everyone", format="xlsx", language="en")
    assert EVIL in column(book, "Last name")


def test_a_missing_profile_column_is_named_with_the_way_to_map_it(tenth, tmp_path):
    with pytest.raises(InputError) as refused:
        export(tenth.config, "grow", format="google_ads", output=tmp_path / "ads.csv")
    assert "google_ads needs the profile column email or phone" in str(refused.value)
    assert "sources: {customers: {columns: {email: YOUR_COLUMN}}}" in str(refused.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"list": "winback"}, "did you mean `win_back`"),
        ({"list": "grow", "format": "hubpsot"}, "did you mean `hubspot`"),
        ({"list": "grow", "limit": 0}, "at least 1"),
        ({"list": "grow", "as_of": "1999-01-01"}, "was not scored"),
    ],
)
def test_wrong_usage_is_refused(base, wrong, message):
    with pytest.raises((ConfigError, InputError), match=message):
        export(base, **wrong)


def test_a_workbook_has_formats_and_explains_itself(base):
    result = export(base, "everyone", format="xlsx", limit=5, language="en")
    book = CalamineWorkbook.from_path(str(result.file))
    assert book.sheet_names == ["Everyone", "About"]
    header, *rows = book.get_sheet_by_index(0).to_python()
    first = dict(zip(header, rows[0], strict=True))
    assert isinstance(first["Customer"], str)
    assert isinstance(first["Expected value"], float)
    dates = [row[header.index("Next order")] for row in rows]
    assert any(isinstance(one, dt.date) for one in dates)
    said = {row[0]: row[1] for row in book.get_sheet_by_index(1).to_python()}
    assert said["Scored day"] == SHOP_DAY.isoformat()
    assert said["Model version"] == result.model_version
    assert said["Looks ahead"] == "45 days"
    assert {*header} <= {*said}
    assert said["Churn risk"] == "Probability of no order in the next 45 days."


@pytest.mark.parametrize(
    ("value", "title", "meaning"),
    [
        ("revenue", "Revenue in 365 days", "The net revenue of the last 365 days."),
        ("margin", "Margin in 365 days", "The margin of the last 365 days."),
        ("contribution", "Contribution in 365 days", "The contribution of the last 365 days."),
    ],
)
def test_columns_of_money_bear_the_name_of_what_counts_as_value(
    base, monkeypatch, value, title, meaning
):
    monkeypatch.setattr(ListBase, "target", Target(45, value))
    result = export(base, "long_silent", format="xlsx", language="en")
    about = CalamineWorkbook.from_path(str(result.file)).get_sheet_by_index(1).to_python()
    words = dict(row[:2] for row in about if len(row) > 1)
    assert title in read(result.file)[0]
    assert words[title] == meaning
    assert words["Order"] == f"{title.split()[0]} in all, largest first"


def test_the_same_export_again_changes_nothing(base):
    first = export(base, "grow", format="xlsx")
    before = first.file.read_bytes(), (first.record / "manifest.json").read_bytes()
    again = export(base, "grow", format="xlsx")
    assert (again.file.read_bytes(), (again.record / "manifest.json").read_bytes()) == before


def test_who_was_exported_when_and_by_which_list_is_recorded(base):
    result = export(base, "came_back", limit=2)
    manifest = json.loads((result.record / "manifest.json").read_text("utf-8"))
    assert manifest["list"] == "came_back"
    assert manifest["model_version"] == result.model_version
    assert dt.datetime.fromisoformat(manifest["exported_at"]).tzinfo is not None
    with workspace() as connection:
        table = exports(connection, OutputFolder.of(base)).to_pandas()
    mine = table[(table["list"] == "came_back") & (table["format"] == "csv")]
    assert {*result.frame()["customer_id"]} <= {*mine["customer_id"]}


def test_own_lists_and_formats_come_from_files_that_a_config_names(base, tmp_path):
    words = "{en: North, zh: 北部}"
    (tmp_path / "lists.yaml").write_text(
        f"- name: north\n  title: {words}\n  explanation: {words}\n"
        "  when: [{column: region, operator: '==', value: north}]\n"
        "  order: [{column: age, direction: ascending}]\n  columns: [customer_id, age, region]\n",
        "utf-8",
    )
    (tmp_path / "formats.yaml").write_text(
        f"- name: mail\n  title: {words}\n  explanation: {words}\n  file: csv\n"
        "  columns: [{header: To, column: email, required: true}]\n",
        "utf-8",
    )
    own = {
        "lists": str(tmp_path / "lists.yaml"),
        "export_formats": str(tmp_path / "formats.yaml"),
    }
    result = export(base.model_copy(update=own), "north", format="mail")
    assert read(result.file)[0] == ["To"]
    assert 0 < result.left_out < result.customers


def test_a_formats_mistyped_column_is_refused_and_one_of_another_base_left_out(base, tmp_path):
    words = "{en: Mail, zh: 邮件}"
    row = f"- {{name: mail, title: {words}, explanation: {words}, file: csv, columns: [%s]}}\n"
    own = {"export_formats": str(tmp_path / "formats.yaml")}
    config = base.model_copy(update=own)
    tier, shoe = "{header: Tier, column: %s}", "{header: Shoe, column: shoe_size}"
    (tmp_path / "formats.yaml").write_text(row % f"{tier % 'tier'}, {shoe}", "utf-8")
    assert read(export(config, "everyone", format="mail").file)[0] == ["Tier"]
    (tmp_path / "formats.yaml").write_text(row % f"{tier % 'teir'}, {shoe}", "utf-8")
    with pytest.raises(InputError, match="Format mail: there is no column `teir`; did you mean"):
        export(config, "everyone", format="mail")


def test_a_list_that_shows_a_struct_is_refused(base, tmp_path):
    words = "{en: Odd, zh: 奇怪}"
    (tmp_path / "lists.yaml").write_text(
        f"- name: odd\n  title: {words}\n  explanation: {words}\n"
        "  order: [{column: revenue}]\n  columns: [tier_probabilities]\n",
        "utf-8",
    )
    with pytest.raises(InputError, match="`tier_probabilities` holds several values"):
        export(base.model_copy(update={"lists": str(tmp_path / "lists.yaml")}), "odd")


def test_money_has_the_decimals_and_the_sign_of_its_currency(base):
    yen = base.model_copy(update={"currency": "JPY"})
    book = export(yen, "everyone", format="xlsx", limit=5, language="en")
    with zipfile.ZipFile(book.file) as opened:
        assert "[$¥]#,##0" in opened.read("xl/styles.xml").decode()
    assert all(float(one).is_integer() for one in column(book, "Expected value"))


def test_a_list_within_the_budget_holds_the_contacts_that_pay(base, tmp_path):
    config = base.model_copy(
        update={"budget": BudgetConfig(save_rate=0.1, cost=3, caps={"dormant": 0.5})}
    )
    paid = tmp_path / "paid.csv"
    found = export(config, "everyone", within_budget=True, output=paid, language="en")
    stakes = [float(one) for one in column(found, "Value at stake")]
    assert found.paying >= found.customers == len(stakes)
    assert 0 < len(stakes) < len(column(export(base, "everyone", language="en"), "Value at stake"))
    assert min(stakes) * 0.1 > 3 - 0.005
    with pytest.raises(InputError, match=r"The config has no `budget`; say what a contact"):
        export(base, "everyone", within_budget=True)
