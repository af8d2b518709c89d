import pytest
import yaml

from tiercast.config.errors import ConfigError
from tiercast.config.lists import default_lists, find_row, lists_of

WORDS = {"en": "Mine", "zh": "我的"}
ROW = {
    "name": "mine",
    "title": WORDS,
    "explanation": WORDS,
    "order": [{"column": "expected_value"}],
}


@pytest.fixture
def lists_in(tmp_path):
    def read(text):
        file = tmp_path / "lists.yaml"
        file.write_text(text if isinstance(text, str) else yaml.safe_dump(text), "utf-8")
        return lists_of(str(file))

    return read


def test_own_lists_are_added_to_those_of_the_package(lists_in):
    assert [*lists_in([ROW])] == [*(row.name for row in default_lists()), "mine"]


def test_an_own_list_takes_the_place_of_one_of_its_name(lists_in):
    assert lists_in([{**ROW, "name": "grow"}])["grow"].title.en == "Mine"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mine: 1", "must be a list of rows"),
        ("- {name: [", "not valid YAML"),
        ([ROW, ROW], r"got \['mine'\] twice"),
        ([{**ROW, "ordr": 1}], r"row 1 \(mine\): unknown key `ordr`; did you mean `order`\?"),
        ([{**ROW, "name": "My List"}], r"row 1 \(My List\): `name`: must be small letters"),
        ([{**ROW, "title": {"en": "Mine"}}], r"row 1 \(mine\): key `title.zh` is missing"),
        (
            [{**ROW, "order": [{"column": "tier", "direction": "up"}]}],
            "`order.0.direction`: must be 'descending' or 'ascending', but got 'up'",
        ),
        ([ROW, "second"], "row 2: `row`: must be a mapping of keys, but got 'second'"),
        ([{**ROW, "columns": ["tier", "tier"]}], "each column once"),
    ],
)
def test_a_wrong_file_is_refused_by_name(lists_in, text, message):
    with pytest.raises(ConfigError, match=rf"(?s)lists\.yaml.*{message}"):
        lists_in(text)


def test_a_missing_file_is_refused_with_the_key_that_names_it(tmp_path):
    with pytest.raises(ConfigError, match="the config's key `lists` must name a YAML file"):
        lists_of(str(tmp_path / "none.yaml"))


def test_an_unknown_list_is_refused_with_the_nearest():
    with pytest.raises(ConfigError, match="no list `winback`; did you mean `win_back`"):
        find_row(lists_of(None), "winback", "list")
