import pytest
from pydantic import ValidationError

from tiercast.config.rfm import RfmConfig
from tiercast.config.schema import Config, SourceConfig, TrainConfig
from tiercast.config.tiers import TiersConfig


def config(**settings):
    sources = {"transactions": {"path": "orders.csv"}}
    return Config.model_validate({"name": "shop", "sources": sources} | settings)


def test_settings_are_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        config().name = "other"


@pytest.mark.parametrize("horizon", [0, 1099])
def test_the_horizon_is_a_day_to_three_years(horizon):
    with pytest.raises(ValidationError, match="horizon_days"):
        config(outlook={"horizon_days": horizon})


def test_a_customer_may_stay_active_for_ever():
    assert config(outlook={"active_days": None}).outlook.active_days is None


@pytest.mark.parametrize(
    ("horizon", "given", "days"), [(90, None, 30), (10, None, 7), (30, 14, 14)]
)
def test_cutoffs_lie_a_third_of_the_horizon_apart_and_a_week_at_least(horizon, given, days):
    made = config(outlook={"horizon_days": horizon}, train={"every_days": given})
    assert made.every_days == days


@pytest.mark.parametrize("name", ["", "a/b", "../up", "-x", "with blank"])
def test_a_name_must_do_as_a_folder(name):
    with pytest.raises(ValidationError, match="name"):
        config(name=name)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({}, "needs one place: `path`, or `connection`"),
        ({"path": "a.csv", "connection": "duckdb://", "table": "t"}, "needs one place"),
        ({"path": "a.csv", "files": {"a": "a.csv"}, "query": "from a"}, "needs one place"),
        ({"path": "a.csv", "decimal": ",", "thousands": ","}, "must differ, but both are ','"),
        ({"files": {"a b": "a.csv"}, "query": "from a"}, "should match pattern"),
        ({"connection": "duckdb://"}, "needs the `table`"),
    ],
)
def test_a_source_is_in_one_place(given, text):
    with pytest.raises(ValidationError, match=text):
        SourceConfig.model_validate(given)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"names": ["only"], "cuts": []}, "at least two and distinct"),
        ({"names": ["a", "a", "b"], "cuts": [0.5]}, "at least two and distinct"),
        ({"cuts": [0.5]}, "4 tier names need 2 cuts"),
        ({"cuts": [0.5, 0.8]}, "must fall from the best tier on"),
        ({"cuts": [0.5, 0.5]}, "must fall"),
        ({"cuts": [80, 50]}, "between 0 and 1"),
    ],
)
def test_tiers_that_contradict_themselves_are_refused(given, text):
    with pytest.raises(ValidationError, match=text):
        TiersConfig.model_validate(given)


def test_amounts_cut_money():
    tiers = TiersConfig.model_validate({"method": "amounts", "cuts": [500, 100]})
    assert tiers.cuts == (500.0, 100.0)


def test_natural_breaks_need_no_cuts():
    assert TiersConfig.model_validate({"method": "natural_breaks"}).method == "natural_breaks"


def test_edges_set_the_method_and_the_bins():
    edges = {"recency_days": [30, 60], "orders": [2, 5], "amount": [100, 500]}
    rfm = RfmConfig.model_validate({"edges": edges})
    assert (rfm.method, rfm.bins) == ("edges", 3)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"method": "edges"}, "go together"),
        (
            {"edges": {"recency_days": [30, 60], "orders": [2], "amount": [9, 99]}},
            "3 bins need one edge less each",
        ),
        (
            {"edges": {"recency_days": [60, 30], "orders": [2, 3], "amount": [9, 99]}},
            "edges must rise",
        ),
        ({"edges": {"recency_days": [], "orders": [], "amount": []}}, "at least 1 item"),
        ({"weights": {"recency": 0}}, "greater than 0"),
        ({"bins": 1}, "greater than or equal to 2"),
    ],
)
def test_rfm_settings_that_contradict_themselves_are_refused(given, text):
    with pytest.raises(ValidationError, match=text):
        RfmConfig.model_validate(given)


def test_training_needs_a_snapshot():
    with pytest.raises(ValidationError, match="snapshots"):
        TrainConfig(snapshots=0)


@pytest.mark.parametrize("engine", ["duckdb", "local-spark", "spark://one:7077,two:7077"])
def test_an_engine_is_duckdb_or_spark(engine):
    given = {"name": "shop", "sources": {"transactions": {"path": "x.parquet"}}, "engine": engine}
    config = Config.model_validate(given)
    assert config.on_spark == (engine != "duckdb")


@pytest.mark.parametrize("engine", ["spark", "spark://one", "mysql://one:1"])
def test_other_engines_are_refused(engine):
    given = {"name": "shop", "sources": {"transactions": {"path": "x.parquet"}}, "engine": engine}
    with pytest.raises(ValidationError, match=f"spark://HOST:PORT, but got '{engine}'"):
        Config.model_validate(given)


# Where results go


def test_an_output_without_a_path_goes_where_it_goes_by_default():
    output = config(output={"connection": "duckdb://shop.duckdb"}).output
    assert (output.path, output.schema_name) == ("runs/shop", "tiercast")


@pytest.mark.parametrize("schema", ["Shop", "shop-1", "1st", 'a"b', "", "s" * 64])
def test_a_schema_is_a_name_that_needs_no_quotes(schema):
    with pytest.raises(ValidationError, match="schema"):
        config(output={"schema": schema})


def test_an_output_elsewhere_is_refused_with_the_way_round():
    with pytest.raises(
        ValidationError, match=r"name the other place as output\.url, .* s3://shop/runs"
    ):
        config(output={"path": "s3://shop/runs"})


@pytest.mark.parametrize(
    "url", ["s3://shop/scores", "gs://shop", "memory://shop", "file:///srv/shop"]
)
def test_an_output_in_an_object_store_has_its_workplace_where_it_lies_by_default(url):
    output = config(output={"url": f"{url}/"}).output
    assert (output.path, output.url) == ("runs/shop", url)


@pytest.mark.parametrize(
    "url", ["runs/shop", "/srv/shop", "https://me:geheim@host/shop", "postgresql://me:geheim@h/s"]
)
def test_an_object_store_is_a_place_that_files_are_written_to(url):
    with pytest.raises(ValidationError, match=r"must name a folder of an object store") as caught:
        config(output={"url": url})
    assert "geheim" not in caught.value.errors()[0]["msg"]


def test_an_output_is_shown_by_the_keys_of_its_file():
    shown = config(output={"schema": "shop"}).model_dump(mode="json")["output"]
    assert shown == {
        "path": "runs/shop",
        "connection": None,
        "url": None,
        "schema": "shop",
    }


def test_a_feature_store_waits_two_weeks_for_late_rows_and_is_a_folder_here():
    assert config(feature_store={"path": "runs/book"}).feature_store.late_days == 14
    with pytest.raises(ValidationError, match="a folder on this machine, but got s3://shop/book"):
        config(feature_store={"path": "s3://shop/book"})


def test_a_feature_store_on_spark_is_refused():
    with pytest.raises(ValidationError, match="works with `engine: duckdb` alone"):
        config(feature_store={"path": "runs/book"}, engine="local-spark")


def test_a_timezone_is_one_that_is_known():
    assert config(timezone="Asia/Shanghai").timezone == "Asia/Shanghai"
    with pytest.raises(ValidationError, match=r"IANA database, such as .*'CEST'"):
        config(timezone="CEST")
