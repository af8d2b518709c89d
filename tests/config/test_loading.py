import pytest

from tiercast.config.errors import ConfigError, InputError
from tiercast.config.loading import load_config, parse_config

MINIMAL = """
name: shop
sources:
  transactions: {path: orders.csv}
"""


@pytest.fixture
def write(tmp_path):
    def write_yaml(text):
        path = tmp_path / "shop.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write_yaml


def message_of(path):
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    return str(caught.value)


def test_a_minimal_config_gets_the_defaults(write):
    config = load_config(write(MINIMAL))
    assert config.outlook.horizon_days == 90
    assert config.tiers.names == ("top", "potential", "general", "dormant")
    assert config.output.path == "runs/shop"
    assert config.every_days == 30  # a third of the horizon


def test_a_config_is_passed_through(write):
    config = load_config(write(MINIMAL))
    assert load_config(config) is config


@pytest.mark.parametrize(
    ("text", "key", "nearest"),
    [
        ("outlok: {horizon_days: 30}", "outlok", "outlook"),
        ("outlook: {horizon_day: 30}", "outlook.horizon_day", "horizon_days"),
        ("tiers: {cut: [0.5]}", "tiers.cut", "cuts"),
        ("rfm: {weights: {recent: 2}}", "rfm.weights.recent", "recency"),
        ("rfm: {edges: {recency: [1]}}", "rfm.edges.recency", "recency_days"),
        ("output: {pth: runs}", "output.pth", "path"),
        ("output: {schem: shop}", "output.schem", "schema"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_valid_one(write, text, key, nearest):
    message = message_of(write(MINIMAL + text))
    assert f"unknown key `{key}`; did you mean `{nearest}`?" in message
    assert "shop.yaml" in message


def test_a_key_like_no_other_gets_the_valid_ones(write):
    message = message_of(write(MINIMAL + "xyz123: 1"))
    assert (
        "unknown key `xyz123`; valid keys here: name, engine, sources, timezone, outlook"
        in message
    )


def test_an_unknown_key_of_a_source_is_named_with_the_nearest_valid_one(write):
    message = message_of(write("name: shop\nsources:\n  transactions: {path: a, column: {}}"))
    assert "unknown key `sources.transactions.column`; did you mean `columns`?" in message


def test_an_unknown_table_gets_the_known_ones(write):
    message = message_of(write(MINIMAL + "  orders: {path: a.csv}"))
    assert "`sources.orders`" in message
    assert "'transactions', 'customers', 'events'" in message


def test_every_broken_key_has_its_line(write):
    message = message_of(write(MINIMAL + "outlook: {horizon_days: 0}\ntrain: {snapshots: many}"))
    first, second = sorted(message.splitlines())
    assert "`outlook.horizon_days`" in first
    assert "but got 0" in first
    assert "`train.snapshots`" in second
    assert "but got 'many'" in second


def test_missing_keys_are_named(write):
    assert "key `sources` is missing" in message_of(write("name: shop"))


def test_a_base_needs_transactions(write):
    message = message_of(write("name: shop\nsources:\n  customers: {path: a.csv}"))
    assert "sources must name the table `transactions`" in message


def test_a_missing_file_is_named_with_the_configs_there_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "pipelines" / "shop.yaml").write_text(MINIMAL)
    message = message_of("shp.yaml")
    assert "Config file not found: shp.yaml. Configs here: pipelines/shop.yaml." in message
    assert "tiercast init" in message


@pytest.mark.parametrize("text", ["name: [shop", "a: b: c", "\tname: shop"])
def test_bad_yaml_is_named_with_its_line(write, text):
    assert "shop.yaml: not valid YAML" in message_of(write(text))


def test_a_list_is_not_a_config(write):
    assert "a config is a mapping of keys, but got ['shop']" in message_of(write("- shop"))


def test_an_empty_file_is_not_a_config(write):
    assert "a config is a mapping of keys, but got None" in message_of(write(""))


def test_folders_and_binary_files_are_not_configs(tmp_path):
    assert "is a folder; name a config in it" in message_of(tmp_path)
    binary = tmp_path / "base.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    assert "a config is a YAML text file" in message_of(binary)


def test_references_are_replaced_from_the_environment_at_any_depth(write, monkeypatch):
    monkeypatch.setenv("SHOP_FILES", "exports")
    monkeypatch.setenv("SHOP_HORIZON", "45")
    monkeypatch.setenv("SHOP_BEST", "gold")
    text = """
name: shop
sources:
  transactions: {path: "${SHOP_FILES}/orders-${SHOP_HORIZON}.csv"}
outlook: {horizon_days: "${SHOP_HORIZON}"}
tiers: {names: ["${SHOP_BEST}", silver, none], cuts: [0.5]}
"""
    config = load_config(write(text))
    assert config.sources["transactions"].path == "exports/orders-45.csv"
    assert config.outlook.horizon_days == 45
    assert config.tiers.names[0] == "gold"


def test_a_reference_that_is_not_set_is_named(write, monkeypatch):
    monkeypatch.delenv("SHOP_URL", raising=False)
    message = message_of(write(MINIMAL + 'output: {path: "${SHOP_URL}"}'))
    assert "${SHOP_URL} is used but not set in the environment; set it." in message


SECRET = "postgresql://me:s3cret'n\\ick@host/db"


@pytest.mark.parametrize(
    "text",
    [
        'outlook: {horizon_days: "${SHOP_URL}"}',
        'engine: "${SHOP_URL}"',
        'language: "${SHOP_URL}"',
        'tiers: {names: ["${SHOP_URL}"]}',
        'output: {path: ["${SHOP_URL}"]}',
        'train: "${SHOP_URL}"',
    ],
)
def test_a_secret_in_the_wrong_place_is_not_shown(write, monkeypatch, text):
    monkeypatch.setenv("SHOP_URL", SECRET)
    message = message_of(write(MINIMAL + text))
    assert "s3cret" not in message
    assert "${SHOP_URL}" in message


def test_short_values_from_the_environment_are_shown(write, monkeypatch):
    monkeypatch.setenv("SHOP_DAYS", "0")
    assert "but got '0'" in message_of(write(MINIMAL + 'outlook: {horizon_days: "${SHOP_DAYS}"}'))


def test_a_config_error_is_an_input_error():
    with pytest.raises(InputError, match=r"^by hand: key `name` is missing; add it\."):
        parse_config({"sources": {"transactions": {"path": "a"}}}, origin="by hand")


@pytest.mark.parametrize("path", ["a" * 5000, "shop.yaml/more.yaml"])
def test_a_path_that_cannot_be_a_file_is_reported(write, path, monkeypatch, tmp_path):
    write(MINIMAL)
    monkeypatch.chdir(tmp_path)
    message = message_of(path)
    assert "cannot be read: " in message
    assert len(message) < 300


def test_a_key_that_is_there_twice_is_refused(write):
    message = message_of(write(f"{MINIMAL}name: shop"))
    assert "shop.yaml: key `name` is there twice, on line 2 and line 5" in message


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('output: {path: ""}', "output.path"),
        ('output: {path: " "}', "output.path"),
        ('output: {url: ""}', "output.url"),
        ('feature_store: {path: ""}', "feature_store.path"),
        ('  customers: {path: ""}', "sources.customers.path"),
        ('  customers: {connection: "duckdb://a", table: ""}', "sources.customers.table"),
        ('  customers: {path: a, columns: {customer_id: ""}}', "columns.customer_id"),
    ],
)
def test_a_blank_text_is_refused_by_its_key(write, text, key):
    message = message_of(write(MINIMAL + text))
    assert f"{key}`: must not be blank; give it a value, or leave the key out, but got" in message


def test_a_zero_byte_is_refused(write):
    message = message_of(write(MINIMAL.replace("orders.csv", '"a\\0b.csv"')))
    assert "`sources.transactions.path`: must not hold a zero byte" in message


@pytest.mark.parametrize("name", ["orders.csv", "Orders.XLSX", "orders.parquet", "orders.csv.gz"])
def test_a_data_file_is_no_config_and_init_is_named(tmp_path, name):
    with pytest.raises(ConfigError, match=f"is a data file.*run `tiercast init .*{name}` first"):
        load_config(tmp_path / name)
