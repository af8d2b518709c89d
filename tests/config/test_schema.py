import pytest
from pydantic import ValidationError

from tiercast.config.schema import Config, SourceConfig, TrainConfig


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


def test_a_feature_store_on_spark_is_refused():
    with pytest.raises(ValidationError, match="works with `engine: duckdb` alone"):
        config(feature_store={"path": "runs/book"}, engine="local-spark")


def test_a_timezone_is_one_that_is_known():
    assert config(timezone="Asia/Shanghai").timezone == "Asia/Shanghai"
    with pytest.raises(ValidationError, match=r"IANA database, such as .*'CEST'"):
        config(timezone="CEST")


def test_one_horizon_is_read_and_written_as_a_number():
    outlook = config(outlook={"horizon_days": 30}).outlook
    assert (outlook.horizon_days, outlook.further_days) == (30, ())
    assert outlook.model_dump(mode="json")["horizon_days"] == 30


def test_of_several_horizons_the_first_is_the_main_one():
    outlook = config(outlook={"horizon_days": [90, 365, 30]}).outlook
    assert (outlook.horizon_days, outlook.further_days) == (90, (30, 365))
    assert outlook.model_dump(mode="json")["horizon_days"] == [90, 30, 365]


@pytest.mark.parametrize("given", [[30, 30], [90, 30, 90]])
def test_a_horizon_named_twice_is_refused(given):
    with pytest.raises(ValidationError, match=rf"named once, but got \[{given[0]}, 30"):
        config(outlook={"horizon_days": given})


@pytest.mark.parametrize("given", [True, [90, True], False])
def test_a_flag_is_no_horizon(given):
    with pytest.raises(ValidationError, match=r"a number of days, but got (true|false)"):
        config(outlook={"horizon_days": given})


@pytest.mark.parametrize("given", [[], [90, 0], [90, "many"], [90, 1099]])
def test_every_horizon_of_a_list_is_checked(given):
    with pytest.raises(ValidationError, match="horizon_days"):
        config(outlook={"horizon_days": given})
