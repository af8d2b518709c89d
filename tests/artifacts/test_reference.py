import datetime as dt
import json

import pandas as pd
import pytest

from tiercast.artifacts.reference import Reference, Tracked, Usual, read_reference
from tiercast.artifacts.text_file import to_json
from tiercast.config.errors import InputError
from tiercast.modeling.column_profile import profile

REFERENCE = Reference(
    dt.date(2024, 3, 1),
    8,
    (
        Tracked("feature", "orders", profile(pd.Series([1.0, 2.0, 5.0])), Usual(0.1, 0.2), 0.5),
        Tracked("feature", "region", profile(pd.Series(["north", "south", None]))),
    ),
    30,
    0.1,
)


def test_what_is_stored_is_read_again(tmp_path):
    (tmp_path / "reference.json").write_text(to_json(REFERENCE.to_dict()), "utf-8")
    assert read_reference(tmp_path) == REFERENCE


def test_a_folder_without_one_has_none(tmp_path):
    assert read_reference(tmp_path) is None


@pytest.mark.parametrize(("text", "said"), [("{", "is damaged"), ('{"format": 9}', "but has 9")])
def test_what_cannot_be_read_is_refused(tmp_path, text, said):
    (tmp_path / "reference.json").write_text(text, "utf-8")
    with pytest.raises(InputError, match=said):
        read_reference(tmp_path)


def test_it_holds_plain_data():
    assert json.loads(to_json(REFERENCE.to_dict()))["columns"][1]["then"]["shares"] == {
        "north": 0.5,
        "south": 0.5,
    }
