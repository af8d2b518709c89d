import pytest

from tiercast.config.errors import ConfigError
from tiercast.config.output import OutputConfig
from tiercast.config.schema import Config, TrainConfig

CONFIG = Config(name="shop", sources={"transactions": {"path": "orders.csv"}})


def test_a_copy_takes_the_new_values_and_keeps_the_others():
    copied = CONFIG.model_copy(update={"language": "zh", "train": TrainConfig(trials=3)})
    assert (copied.language, copied.train.trials, copied.name) == ("zh", 3, "shop")
    assert CONFIG.language == "en"


@pytest.mark.parametrize(
    ("update", "message"),
    [
        ({"langage": "zh"}, "Config has no key `langage`; did you mean `language`?"),
        ({"zzz": 1}, "Config has no key `zzz`; valid keys: name, engine"),
    ],
)
def test_a_key_that_is_none_is_refused_with_the_nearest(update, message):
    with pytest.raises(ConfigError) as caught:
        CONFIG.model_copy(update=update)
    assert message in str(caught.value)


def test_a_value_is_checked_as_one_of_a_file_is():
    with pytest.raises(ConfigError, match="`trials`: Input should be greater than or equal to 0"):
        CONFIG.train.model_copy(update={"trials": -1})
    with pytest.raises(ConfigError, match=r"`train\.trails`: Extra inputs are not permitted"):
        CONFIG.model_copy(update={"train": {"trails": 3}})


def test_a_part_may_be_given_as_a_mapping():
    assert CONFIG.model_copy(update={"train": {"trials": 3}}).train == TrainConfig(trials=3)


def test_a_key_goes_by_the_name_in_the_file_and_by_the_attributes():
    output = OutputConfig(path="out")
    for key in ("schema", "schema_name"):
        assert output.model_copy(update={key: "shop"}).schema_name == "shop"


def test_what_was_left_out_of_a_file_counts_as_left_out_of_a_copy():
    assert CONFIG.model_copy(update={"language": "zh"}).model_fields_set == {
        "name",
        "sources",
        "output",
        "language",
    }


def test_an_error_shows_no_value_that_may_be_secret():
    with pytest.raises(ConfigError) as caught:
        OutputConfig(path="out").model_copy(update={"connection": "mysql://me:geheim@host"})
    assert "geheim" not in str(caught.value)
