import pytest
from pydantic import ValidationError

from tiercast.config.schema import Config


def config(**settings):
    sources = {"transactions": {"path": "orders.csv"}}
    return Config.model_validate({"name": "shop", "sources": sources} | settings)


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
