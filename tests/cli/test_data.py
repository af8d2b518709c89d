import datetime as dt
import re

import pandas as pd

from tiercast.config.loading import load_config


def test_init_shows_its_guesses_and_the_next_step(run, shop):
    shown = run("init", "orders.csv")
    assert shown.exit_code == 0
    assert re.search("customer_id +customer_id +100%  2 different values in 5 rows", shown.stdout)
    assert "Next: tiercast check pipelines/orders.yaml" in shown.stdout
    assert load_config("pipelines/orders.yaml").name == "orders"


def test_init_twice_needs_force(run, shop):
    run("init", "orders.csv", "--output", "mine.yaml")
    again = run("init", "orders.csv", "--output", "mine.yaml")
    assert again.exit_code == 2
    assert "--force replaces it" in again.stderr
    assert run("init", "orders.csv", "--output", "mine.yaml", "--force").exit_code == 0


def test_init_of_a_file_without_orders_ends_with_2(run, shop, tmp_path):
    (tmp_path / "people.csv").write_text("name,age\nann,31\nbob,44\n", "utf-8")
    shown = run("init", "people.csv")
    assert shown.exit_code == 2
    assert "Columns there: name (text), age (integer)." in shown.stderr
    assert not (tmp_path / "pipelines").exists()


def test_check_shows_rows_customers_span_findings_and_remedies(run, shop):
    shown = run("check", shop, "--as-of", "2024-03-01")
    row = r"transactions +5 +4 +1 +\S+% +2 +2024-01-05 +2024-03-10"
    assert re.search(row, shown.stdout)
    assert "Days are those of UTC (`timezone`)" in shown.stdout
    assert (
        "transactions  null_customer  customer_id     1  row quarantined, not used" in shown.stdout
    )
    assert "do not exist at as_of=2024-03-01" in shown.stdout
    assert "transactions.null_customer: leave guests out of the export" in shown.stdout
    assert "Written to runs/shop/check/" in shown.stdout


def test_check_of_too_short_a_history_shows_it_and_ends_with_2(run, shop):
    # From 5 January to 10 March; the horizon of 90 days needs 150.
    shown = run("check", shop)
    assert shown.exit_code == 2
    assert "Ready to train as of 2024-03-11?" in shown.stdout
    assert re.search("history +66 days +at least 150 days +error ", shown.stdout)
    assert "Written to runs/shop/check/" in shown.stdout
    assert "Error: The data are not ready for a training as of 2024-03-11:" in shown.stderr
    assert "use an as_of from 2024-06-03 on" in shown.stderr


# Two more who come back, for more: three tiers of buyers need three values.
MORE = "c,2024-01-10,20,6\nd,2024-01-11,40,7\nc,2024-02-20,20,8\nd,2024-02-21,40,9\n"


def test_check_of_buyers_too_few_for_the_tiers_ends_with_2(run, shop, tmp_path):
    config = (tmp_path / "shop.yaml").read_text("utf-8")
    (tmp_path / "shop.yaml").write_text(config + "outlook: {horizon_days: 30}\n", "utf-8")
    shown = run("check", shop)
    assert shown.exit_code == 2
    assert "must be at least 3, but is 2" in shown.stderr
    assert "use `tiers.method: amounts`, fewer `tiers.names`" in shown.stderr


def test_check_of_a_history_that_will_do_ends_with_0(run, shop, tmp_path):
    orders = (tmp_path / "orders.csv").read_text("utf-8")
    (tmp_path / "orders.csv").write_text(orders + MORE, "utf-8")
    config = (tmp_path / "shop.yaml").read_text("utf-8")
    (tmp_path / "shop.yaml").write_text(config + "outlook: {horizon_days: 30}\n", "utf-8")
    shown = run("check", shop)
    assert shown.exit_code == 0
    assert "warning: rows (customers at all cutoffs together) should be" in shown.stdout


def test_check_of_a_misspelt_key_names_the_right_one(run, shop, tmp_path):
    (tmp_path / "shop.yaml").write_text("name: shop\nsource: {}\n", "utf-8")
    shown = run("check", shop)
    assert shown.exit_code == 2
    assert "did you mean `sources`?" in shown.stderr


def test_check_of_a_csv_instead_of_a_config_is_refused(run, shop):
    assert run("check", "orders.csv").exit_code == 2


def test_features_are_written_where_asked(run, shop):
    shown = run("features", shop, "--as-of", "2024-03-01", "--output", "out/f.parquet")
    assert (shown.exit_code, shown.stdout) == (0, "Features: out/f.parquet\n")
    assert pd.read_parquet("out/f.parquet")["customer_id"].tolist() == ["a", "b"]


def test_features_before_the_first_order_are_refused(run, shop):
    shown = run("features", shop, "--as-of", "2023-01-01", "--output", "f.parquet")
    assert shown.exit_code == 2
    assert "as_of must be after the first order (2024-01-05)" in shown.stderr


def test_churn_definition_shows_candidates_rule_and_reason(run, shop, tmp_path):
    lines = [f"{n},2024-0{month}-{10 + n},5\n" for n in range(3) for month in range(1, 5 + n)]
    text = "customer_id,ordered_at,amount\n" + "".join(lines)
    (tmp_path / "orders.csv").write_text(text, "utf-8")
    shown = run("churn-definition", shop)
    assert shown.exit_code == 0
    assert "Churn definitions of shop compared as of 2024-06-13" in shown.stdout
    assert "90 days (config)" in shown.stdout
    assert "Rule: the shortest definition with at most 20% false churn" in shown.stdout
    assert "Recommended: no order for " in shown.stdout


def test_churn_definition_recommends_none_where_everybody_comes_back(run, shop, tmp_path):
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=7 * week) for week in range(30)]
    lines = [f"{n},{day},5\n" for n in range(3) for day in days]
    text = "customer_id,ordered_at,amount\n" + "".join(lines)
    (tmp_path / "orders.csv").write_text(text, "utf-8")
    shown = run("churn-definition", shop)
    assert shown.exit_code == 0
    assert "Recommended: none." in shown.stdout
    assert "everybody ordered again within every window that can be judged" in shown.stdout
    assert "In the config" not in shown.stdout


def test_churn_definition_of_a_short_history_names_the_day_that_would_do(run, shop):
    shown = run("churn-definition", shop)
    assert shown.exit_code == 2
    assert "as_of=2024-03-11 lies 66 days after the first order (2024-01-05)" in shown.stderr
    assert "Use an as_of from 2024-05-04 on" in shown.stderr


def test_init_in_chinese_shows_no_english(run, shop, english):
    shown = run("init", "orders.csv", "--language", "zh").stdout
    assert english(shown) <= {"check", "customer_id", "ordered_at", "order_id"}
