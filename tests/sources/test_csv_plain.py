import gzip

import pytest

from plain_reading import refused, rows_of

TEXT = "customer_id;order_date;amount\n1001;2024-01-05;10.50\n1002;2024-01-06;8\n"
ROWS = [
    {"customer_id": 1001, "order_date": "2024-01-05", "amount": 10.5},
    {"customer_id": 1002, "order_date": "2024-01-06", "amount": 8.0},
]


def written(tmp_path, text, name="orders.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_titles_and_totals_are_counted_and_shown(tmp_path, end, encoding):
    text = f"Verkäufe 2024\nPeriod;01.01.2024;31.12.2024\n\n{TEXT}\nTotal;;18.50\n2 records"
    path = written(tmp_path, text.replace("\n", end), encoding=encoding)
    rows, notes = rows_of(path)
    assert rows == ROWS
    above, below = notes["lines_above_header"], notes["lines_below_table"]
    assert (above.rows, above.examples[0]) == (2, "'Verkäufe 2024'")
    assert (below.rows, below.examples) == (2, ("'Total;;18.50'", "'2 records'"))
    assert above.finding("transactions").outcome == "ignored"


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "\n\n" + TEXT,
        "sep=;\n" + TEXT,
        '"sep=;"\r\n' + TEXT.replace("\n", "\r\n"),
        TEXT.replace("amount", "amount;;"),
        "'" + TEXT.strip().replace(";", "';'").replace("\n", "'\n'") + "'\n",
        "“" + TEXT.strip().replace(";", "”;“").replace("\n", "”\n“") + "”\n",
        TEXT.replace("1001;", '="1001";').replace("1002;", '"=""1002""";'),
    ],
)
def test_other_shapes_hold_the_same_rows(tmp_path, text):
    assert rows_of(written(tmp_path, text)) == (ROWS, {})


def test_a_separator_line_decides(tmp_path):
    text = "sep=|\nid|a,b,c,d,e\n1|2,3,4,5,6\n"
    assert rows_of(written(tmp_path, text))[0] == [{"id": 1, "a,b,c,d,e": "2,3,4,5,6"}]


def test_separators_in_quotes_of_either_kind_part_no_field(tmp_path):
    text = "'customer_id';'amount'\n'10;01';'5'\n'O''Brien';'6'\n"
    rows, _ = rows_of(written(tmp_path, text))
    assert {row["customer_id"]: row["amount"] for row in rows} == {"10;01": 5, "O'Brien": 6}


def test_a_header_that_comes_again_is_no_row(tmp_path):
    head, _, rest = TEXT.partition("\n")
    text = f'{TEXT}{head.upper()} \n{rest}"customer_id";"order_date";"amount"\n{rest}'
    rows, notes = rows_of(written(tmp_path, text))
    assert rows == sorted(ROWS * 3, key=str)
    assert notes["repeated_header"].rows == 2


def test_a_broken_row_is_named_by_its_own_line(tmp_path):
    text = f"Sales 2024\n\n{TEXT}{TEXT}1003;5\n1004;2024-01-07;9\nTotal;;9\n"
    assert "line 9 has 2 fields, but the header has 3" in refused(written(tmp_path, text))


def test_a_file_that_is_cut_off_is_refused(tmp_path):
    message = refused(written(tmp_path, TEXT + "1003;2024-0"))
    assert "line 4 has 2 fields" in message


def test_lines_of_a_quoted_text_are_no_footers(tmp_path):
    text = 'id,note\n1,"one\ntwo words\nthree, four"\n2,"x\ny 3 records"\n'
    rows, notes = rows_of(written(tmp_path, text))
    assert [row["note"] for row in rows] == ["one\ntwo words\nthree, four", "x\ny 3 records"]
    assert not notes


@pytest.mark.parametrize("name", ["orders.csv", "orders.csv.gz"])
def test_chinese_text_is_read_and_the_encoding_noted(tmp_path, name):
    text = "客户编号,下单日期,金额\n张三,2024-01-05,10.50\n".encode("gbk")
    path = tmp_path / name
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    rows, notes = rows_of(path)
    assert rows == [{"客户编号": "张三", "下单日期": "2024-01-05", "金额": 10.5}]
    assert (notes["encoding"].rows, notes["encoding"].handling) == (2, "lines read as gb18030")


def test_the_config_names_an_encoding(tmp_path):
    path = written(tmp_path, "customer_id,city\n1,Иван\n", encoding="windows-1251")
    rows, notes = rows_of(path, encoding="windows-1251")
    assert rows[0]["city"] == "Иван"
    assert notes["encoding"].remedy == "nothing to do"


def test_a_long_table_of_text_has_its_footer_found(tmp_path):
    text = TEXT + "1003;2024-01-07;9\n" * 20_000 + "20002 records\n"
    rows, notes = rows_of(written(tmp_path, text))
    assert len(rows) == 20_002
    assert notes["lines_below_table"].examples == ("'20002 records'",)


def test_names_may_differ_by_capitals_among_files_and_config(tmp_path):
    written(tmp_path, TEXT.replace("customer_id", "Customer_ID"), "a.csv")
    written(tmp_path, TEXT.replace("amount", "AMOUNT"), "b.csv")
    rows, _ = rows_of(tmp_path / "*.csv", columns={"ordered_at": "Order_Date"})
    assert rows == sorted(
        [
            {"customer_id": r["customer_id"], "Order_Date": r["order_date"], "amount": r["amount"]}
            for r in ROWS * 2
        ],
        key=str,
    )


def test_two_columns_that_differ_by_capitals_alone_are_refused(tmp_path):
    path = written(tmp_path, TEXT.replace("order_date", "Amount"))
    assert "column `amount` is there twice" in refused(path)


def test_an_optional_column_in_capitals_is_not_taken_unasked(tmp_path):
    path = written(tmp_path, "customer_id,ordered_at,amount,Discount\n1,2024-01-05,3,0.2\n")
    assert "discount" not in rows_of(path)[0][0]
