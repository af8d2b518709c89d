import datetime as dt

import numpy as np
import pandas as pd
import pytest

from bases import opened, orders
from own_plugin import installed
from tiercast.config.errors import ConfigError
from tiercast.features.assemble import feature_panel, profile_columns
from tiercast.features.feature import Setting
from tiercast.features.plugins import idle_features, own_features
from tiercast.snapshots.activity import build_activity

LINES = orders((1, "2024-01-05", 10.0), (1, "2024-02-05", 30.0), (2, "2024-02-07", 20.0))
SEVEN = "lambda t, s: t.net_value.max() * 0 + 7"
SETTING = Setting(30, plugins=("my_shop",))
HEAD = "from tiercast import Plugin\nfrom tiercast.features.feature import Feature\n"


def module(*rows):
    return f"{HEAD}PLUGIN = Plugin(features=({' '.join(f'Feature{row},' for row in rows)}))"


def row(
    name="'largest'", family="'own'", grain="'orders'", expression="lambda t, s: t.net_value.max()"
):
    return f"({name}, 'money', {family}, 'm', {grain}, {expression}, empty=None)"


def panel(folder, *rows, **tables):
    with (
        installed(folder / "site", module(*rows)),
        opened(folder / "base", {"transactions": LINES} | tables) as base,
    ):
        activity = build_activity(base.connection, base.tables, base.config)
        frame = feature_panel(activity, [dt.date(2024, 3, 1)], SETTING).to_pandas()
        names = profile_columns(activity, SETTING)
        return frame.set_index("customer_id").sort_index(), names


def test_an_own_feature_is_a_column_and_others_may_follow_from_it(tmp_path):
    share = row("'share'", grain="None", expression="lambda t, s: t.largest / t.revenue")
    found, _ = panel(tmp_path, row(), share)
    assert found["largest"].tolist() == [30.0, 20.0]
    assert found["share"].tolist() == [0.75, 1.0]


def test_a_base_without_the_table_lacks_the_feature(tmp_path):
    found, _ = panel(tmp_path, row(grain="'events'"), row("'seen'", grain="'responses'"))
    assert not {"largest", "seen"} & set(found.columns)


def test_a_profile_column_of_its_name_gets_another(tmp_path):
    profiles = LINES[["customer_id"]].drop_duplicates().assign(largest="x")
    found, names = panel(tmp_path, row(), customers=profiles)
    assert names == ("profile_largest",)
    assert found["largest"].tolist() == [30.0, 20.0]


def test_a_feature_that_no_model_can_learn_from_is_told(tmp_path):
    idle = row("'never'", expression="lambda t, s: t.net_value.max() * 0 / 0")
    with installed(tmp_path / "site", module(row(), row("'same'", expression=SEVEN), idle)):
        rows = own_features(["my_shop"], ())
    frame = pd.DataFrame({"largest": [1.0, 2.0], "same": [7.0, 7.0], "never": [np.nan, np.nan]})
    assert [line.split(":")[0] for line in idle_features(rows, frame)] == [
        "The feature `same` of a plugin is 7 in all rows",
        "The feature `never` of a plugin has no value for any row",
    ]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (row(name="'recency_days'"), "feature `recency_days` is one of tiercast's own"),
        (row(name="'value'"), "feature `value` is one of tiercast's own"),
        (row(name="'Largest order'"), "needs a name of small letters"),
        (row(family="'rfm'"), 'must be of the family "own", but is of "rfm"'),
        (row(grain="'lines'"), "must be of one of the grains orders, order_days,"),
        (row(expression="None"), "has no expression"),
        (row(expression="lambda t, s: t.price.max()"), r"my_shop\.py, .* there are customer_id, "),
        (row(expression="lambda t, s: t.net_valeu.max()"), "did you mean `net_value`"),
        (row(expression="lambda t, s: 1 / 0"), r"my_shop\.py, line 3\): ZeroDivisionError"),
        (row(expression="lambda t, s: t.net_value"), "must be one number of each customer"),
        (row(expression="lambda t, s: t.ordered_on.max()"), "must be a number, but is DateScalar"),
    ],
)
def test_a_feature_that_cannot_be_counted_is_named(tmp_path, wrong, message):
    with pytest.raises(ConfigError, match=message):
        panel(tmp_path, wrong)
