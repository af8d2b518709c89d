import pandas as pd

from tiercast.config.loading import load_config


def test_init_shows_its_guesses_and_the_next_step(run, shop):
    shown = run("init", "orders.csv")
    assert shown.exit_code == 0
    assert "customer_id  customer_id  100%  2 different values in 5 rows" in shown.stdout
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
    assert shown.exit_code == 0
    assert "transactions     5     4    1          2  2024-01-05  2024-03-10" in shown.stdout
    assert (
        "transactions  null_customer  customer_id     1  row put aside, not used" in shown.stdout
    )
    assert "do not exist at as_of=2024-03-01" in shown.stdout
    assert "transactions.null_customer: leave guests out of the export" in shown.stdout
    assert "Written to runs/shop/check/" in shown.stdout


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
