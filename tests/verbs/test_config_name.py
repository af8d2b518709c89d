from tiercast.config.loading import load_config
from tiercast.verbs.config_name import base_name
from tiercast.verbs.init import init

ORDERS = "customer,date,amount\na,2024-01-05,12.50\nb,2024-01-06,3.00\na,2024-02-05,8.25\n"


def written(path, text=ORDERS):
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_two_shops_with_chinese_names_have_configs_of_their_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = [written(tmp_path / f"{name}.csv") for name in ("北京店", "上海店", "订单", "订单A")]
    configs = [init(file.name).path for file in files]
    assert len({load_config(path).name for path in configs}) == len(set(configs)) == 4


def test_a_name_is_the_same_on_every_run():
    assert base_name("北京店.csv") == base_name("data/北京店.xlsx")


def test_a_name_that_another_files_config_has_is_not_used_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first = init(written(tmp_path / "a" / "orders.csv")).path
    second = init(written(tmp_path / "b" / "orders.csv"), "pipelines/b.yaml").path
    assert load_config(first).name == "orders"
    assert load_config(second).name.startswith("orders_")
    forced = init(tmp_path / "b" / "orders.csv", first, force=True).path
    assert load_config(forced).name == load_config(second).name


def test_the_same_file_keeps_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "orders.csv")
    assert load_config(init("orders.csv").path).name == "orders"
    assert load_config(init(tmp_path / "orders.csv", force=True).path).name == "orders"


def test_what_was_not_read_and_how_stands_in_the_config(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = "Umsätze 2024\n" + ORDERS.replace("a,", "München,")
    (tmp_path / "orders.csv").write_bytes(text.encode("latin-1"))
    result = init("orders.csv", encoding="latin-1")
    assert load_config(result.path).sources["transactions"].encoding == "latin-1"
    assert [note.split(": ")[1] for note in result.notes] == [
        "lines read as latin-1",
        "lines above the header, not read",
    ]
    assert f"# To know: {result.notes[1]}" in result.path.read_text("utf-8")
