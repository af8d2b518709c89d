from pathlib import Path

import pandas as pd
import pytest

from tiercast.config.errors import InputError
from tiercast.config.loading import load_config
from tiercast.verbs.check import check
from tiercast.verbs.config_name import base_name
from tiercast.verbs.init import init

ORDERS = """Kunde,Datum,Umsatz,Notiz
a,20240105,12.50,x
b,20240106,3.00,y
a,20240205,8.25,
b,20240310,9.00,z
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name, text=ORDERS, folder=None):
    (folder or Path()).joinpath(name).write_text(text, encoding="utf-8")
    return name


def test_the_config_written_loads_and_its_data_pass_the_check():
    result = init(write("orders.csv"))
    config = load_config(result.path)
    assert config.sources["transactions"].columns == {
        "customer_id": "Kunde",
        "ordered_at": "Datum",
        "amount": "Umsatz",
    }
    assert config.sources["transactions"].time_format == "%Y%m%d"
    assert config.outlook.horizon_days == result.horizon.days == 30
    report = check(config).data
    assert (report.table("transactions").rows_used, report.tables[0].customers) == (4, 2)


def test_guesses_their_reasons_and_what_was_left_out_stand_in_comments():
    text = init(write("orders.csv")).path.read_text("utf-8")
    assert "customer_id: Kunde  # guessed: 2 different values in 4 rows" in text
    assert "# guessed: 100% of values parse as dates as %Y%m%d" in text
    assert "#   Notiz (text" in text
    assert "#   order_id: the order; absent: one order a customer and day" in text


def test_the_config_is_named_after_the_file_and_lies_in_pipelines(here):
    assert init(write("My Orders.csv")).path.absolute() == here / "pipelines" / "my_orders.yaml"


def test_names_that_yaml_would_read_as_something_else_survive():
    text = ORDERS.replace("Kunde", "no").replace("Umsatz", "Umsatz: netto #1")
    result = init(write("orders.csv", text.replace("no,", "客户,", 1)))
    columns = load_config(result.path).sources["transactions"].columns
    assert (columns["customer_id"], columns["amount"]) == ("客户", "Umsatz: netto #1")


def test_a_config_that_is_there_is_kept_unless_forced():
    data = write("orders.csv")
    path = init(data).path
    path.write_text("mine", "utf-8")
    with pytest.raises(InputError, match="is there already; --force replaces it"):
        init(data)
    assert path.read_text("utf-8") == "mine"
    init(data, force=True)
    assert load_config(path).name == "orders"


def test_output_names_another_file():
    assert init(write("orders.csv"), "configs/shop.yaml").path.is_file()


def test_a_missing_file_is_named():
    with pytest.raises(InputError, match=r"No such file: nosuch\.csv"):
        init("nosuch.csv")


def test_a_price_of_pieces_leaves_the_amount_to_the_user():
    text = (
        "customer,date,price,quantity\na,2024-01-05,2.5,2\nb,2024-01-06,1.5,1\na,2024-02-06,4,3\n"
    )
    result = init(write("orders.csv", text))
    assert "`price` looks like the price of one piece" in result.to_mend[0]
    assert "# amount: ?" in result.path.read_text("utf-8")
    with pytest.raises(InputError, match="column `amount` is missing"):
        check(result.path)


def test_the_price_of_one_piece_is_multiplied(here):
    rows = ["customer,date,unit_price,qty", "a,2024-01-05,2.5,2", "b,2024-01-06,1.5,1"]
    text = "\n".join([*rows, "a,2024-02-06,4,3"]) + "\n"
    result = init(write("orders.csv", text))
    assert result.to_mend == ()
    assert check(result.path).data.table("transactions").rows_used == 3
    assert "try_cast" in result.proposal.source.query


def test_a_gap_is_marked_and_check_refuses_it():
    rows = [f"a{i % 2},2024-01-{i + 1:02d},2024-02-{i + 1:02d},{i + 2.5}" for i in range(6)]
    text = "\n".join(["customer,opened,begun,total", *rows]) + "\n"
    result = init(write("orders.csv", text))
    assert "`ordered_at` is missing" in result.to_mend[0]
    assert "# ordered_at: ???" in result.path.read_text("utf-8")
    with pytest.raises(InputError, match="column `ordered_at` is missing"):
        check(result.path)


def test_orders_that_came_to_nothing_and_other_currencies_are_left_out():
    lines = [f"a{i % 3},2024-01-{i + 1:02d},{i + 0.5},EUR,paid" for i in range(9)]
    lines += ["a0,2024-02-01,9.5,EUR,cancelled", "a1,2024-02-02,99.5,JPY,paid"]
    text = "\n".join(["customer,date,total,currency,status", *lines]) + "\n"
    result = init(write("orders.csv", text))
    assert check(result.path).data.table("transactions").rows_used == 9
    assert any("no orders: cancelled 1" in note for note in result.notes)
    assert any("Left out: JPY (1 rows, 99.50)" in note for note in result.notes)
    assert load_config(result.path).currency == "EUR"


@pytest.mark.parametrize(
    ("written", "code"), [("{} €", "EUR"), ("RMB {}", "CNY"), ("¥{}", None), ("{}", None)]
)
def test_the_currency_beside_the_amounts_is_the_configs(written, code):
    lines = [f"a{i % 3},2024-01-{i + 1:02d},{written.format(f'{i}.50')}" for i in range(9)]
    result = init(write("orders.csv", "\n".join(["customer,date,total", *lines]) + "\n"))
    assert load_config(result.path).currency == code


def test_totals_on_each_line_are_noticed_and_said_with_both_sums():
    lines = [
        f"{i // 2},a{i // 2 % 3},2024-01-{i // 2 + 1:02d},{10 + i // 2}.5,p{i}" for i in range(20)
    ]
    text = "\n".join(["order_id,customer,date,order_total,sku", *lines]) + "\n"
    result = init(write("orders.csv", text))
    assert load_config(result.path).sources["transactions"].amount_is == "order"
    assert any("once an order these are 150.00, by line 300.00" in note for note in result.notes)


def test_two_shops_with_chinese_names_get_two_configs():
    assert base_name("店铺一.csv") != base_name("店铺二.csv")
    assert base_name("一店2024.csv") != base_name("二店2024.csv")


def test_several_files_are_read_as_one(here):
    (here / "shop").mkdir()
    for month in ("2024-01", "2024-02"):
        write(f"{month}.csv", ORDERS, here / "shop")
    result = init("shop/*.csv")
    assert result.path.stem == "shop"
    assert check(result.path).data.table("transactions").rows_read == 8


def test_a_column_of_a_canonical_name_that_no_guess_uses_is_pointed_out():
    frame = pd.DataFrame(
        {
            "customer_id": [1, 2, 1],
            "date": ["2024-01-05", "2024-01-06", "2024-02-01"],
            "amount": [2.5, 3.0, 1.0],
            "discount": [0.1, 0.2, 0.15],
        }
    )
    frame.to_parquet("orders.parquet")
    assert "discount (number, such as 0.2); USED all the same" in (
        init("orders.parquet").path.read_text("utf-8")
    )


@pytest.mark.parametrize(
    ("data", "name"), [("data/**/*.parquet", "data"), ("a.b.csv", "a"), ("*.csv", "orders")]
)
def test_a_pattern_is_named_after_its_folder(data, name):
    assert base_name(data) == name


@pytest.mark.shared
def test_online_retail_is_mapped_and_passes_the_check(shared_data):
    result = init(shared_data / "online_retail_2" / "transactions.parquet")
    assert result.guess.columns == {
        name: name
        for name in ("customer_id", "ordered_at", "amount", "order_id", "product_id", "quantity")
    }
    assert check(result.path).data.rows_found("null_customer") == 243_007


@pytest.mark.shared
@pytest.mark.parametrize("table", ["simple_onlineshop/events", "hillstrom/table"])
def test_files_that_hold_no_orders_are_refused(shared_data, table):
    with pytest.raises(InputError, match="does not look like a file of orders"):
        init(shared_data / f"{table}.parquet")


@pytest.mark.parametrize("sample", ["cdnow", "complete_journey"])
def test_the_samples_are_mapped_as_their_configs_map_them(root, sample):
    reference = load_config(root / "pipelines" / f"{sample}.yaml").sources["transactions"]
    found = init(str(reference.path)).guess.columns
    # CDNOW calls its quantity `cds`, as nobody else would.
    mapped = {name: own for name, own in reference.columns.items() if own != "cds"}
    assert found | mapped == found


def test_a_config_in_chinese_says_so_and_has_chinese_comments():
    made = init(write("orders.csv"), language="zh")
    text = made.path.read_text("utf-8")
    assert load_config(made.path).language == "zh"
    assert "customer_id: Kunde  # 推测：4 行中有 2 个不同的值" in text
    assert "#   Notiz（文本" in text
    assert "#   order_id: 订单号；没有则每位客户每天算一单" in text
