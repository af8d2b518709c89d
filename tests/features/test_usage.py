import datetime as dt

import numpy as np
import pandas as pd
import pytest

from bases import opened, orders
from tiercast.config.errors import ConfigError
from tiercast.config.schema import Config
from tiercast.config.usage import UsageConfig
from tiercast.features.assemble import feature_panel, profile_columns
from tiercast.features.feature import Setting
from tiercast.features.preferences import preference_groups
from tiercast.features.usage import USAGE_COLUMNS, usage_at
from tiercast.snapshots.activity import build_activity

AS_OF = dt.date(2024, 3, 1)
USAGE = UsageConfig(
    core_features=("search", "export", "api"),
    preferences={"technical": ("api", "sdk"), "business": ("report",)},
)
SETTING = Setting(30, usage=USAGE)


def events(who, days, *features, start="2024-02-05"):
    """Return events of a customer on so many days in a row, the features by turns."""
    first = pd.Timestamp(start)
    used = [features[day % len(features)] for day in range(days)]
    times = [first + pd.Timedelta(days=day, hours=9) for day in range(days)]
    return pd.DataFrame({"customer_id": who, "event_at": times, "feature": used})


ROWS = pd.concat(
    [
        events(1, 20, "search", "export", "api"),  # 5 days a week
        events(2, 19, "search", "export", "api"),
        events(3, 20, "search", "report", "export"),  # two core features
        events(4, 8, "search"),
        events(5, 7, "search"),
        events(6, 20, "report", "tutorial"),  # none of the core
        events(7, 20, "search", "export", "api", start="2024-01-01"),  # before the window
        events(8, 20, "search", "export", "api", start="2024-03-01"),  # not known yet
    ]
).assign(event_type="use")
ORDERS = orders(*[(who, "2024-01-05", 10.0) for who in range(1, 9)])


def panel(folder, *, learned=False, **tables):
    with opened(folder, {"transactions": ORDERS, "events": ROWS} | tables) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        made = feature_panel(activity, [AS_OF], SETTING, learned=learned).to_pandas()
        return made.set_index("customer_id").sort_index(), profile_columns(activity, SETTING)


def test_depth_is_core_features_and_active_days_of_the_last_four_weeks(tmp_path):
    made, _ = panel(tmp_path)
    tiers = ["deep", "medium", "medium", "medium", "shallow", "shallow", "shallow"]
    assert made["usage_tier"].tolist()[:7] == tiers
    assert made["usage_tier"].isna().tolist() == [False] * 7 + [True]


def test_who_uses_most_of_a_groups_features_prefers_it(tmp_path):
    found = panel(tmp_path)[0]["preference"]
    assert found[[1, 2, 3, 6]].tolist() == ["technical", "technical", "business", "business"]
    assert found[[4, 5, 7, 8]].isna().all()


def test_without_a_column_of_features_the_types_of_events_count(tmp_path):
    types = ROWS.drop(columns="event_type").rename(columns={"feature": "event_type"})
    made, _ = panel(tmp_path, events=types)
    assert made["usage_tier"].tolist()[:3] == ["deep", "medium", "medium"]


def trends(folder, *counts):
    """Return the trends of customers with so many events per window of 28 days, oldest first."""
    rows = [
        events(who, number, "search", start=pd.Timestamp(AS_OF) - pd.Timedelta(days=28 * back))
        for who, windows in enumerate(counts, start=1)
        for back, number in zip((3, 2, 1), windows, strict=True)
    ]
    made, _ = panel(folder, events=pd.concat(rows).assign(event_type="use"))
    return made["usage_trend"].tolist()[: len(counts)]


def test_a_trend_is_a_change_of_events_beyond_chance(tmp_path):
    # 9 against 1: 8 is more than twice the square root of 10; 8 against 2: 6 is not.
    found = trends(tmp_path, (1, 1, 9), (1, 9, 1), (1, 2, 8), (1, 5, 5))
    assert found == ["rising", "falling", "steady", "steady"]


def test_who_is_too_new_or_without_events_has_no_trend(tmp_path):
    assert [one is None or one != one for one in trends(tmp_path, (0, 1, 9), (9, 0, 0))] == [
        True,
        True,
    ]


def mixed(seed=3, customers=80, first=0.7, number=16, day=AS_OF):
    """Return events of customers who build (api, sdk) or who read (report, chart).

    `first` is the share of api and report, `number` how many events each has of their own.
    """
    rng = np.random.default_rng(seed)
    parts = []
    for who in range(1, customers + 1):
        own, other = (["api", "sdk"], ["report", "chart"])[:: 1 if who % 2 else -1]
        features = [*rng.choice(own, number, p=[first, 1 - first]), *rng.choice(other, 3)]
        times = pd.Timestamp(day) - pd.to_timedelta(rng.uniform(0, 20, len(features)), unit="D")
        parts.append(pd.DataFrame({"customer_id": who, "event_at": times, "feature": features}))
    return pd.concat(parts, ignore_index=True).assign(event_type="use")


@pytest.fixture
def found_events(tmp_path):
    with opened(tmp_path, {"transactions": ORDERS, "events": mixed()}) as base:
        yield base.tables["events"]


FOUND = UsageConfig(core_features=("api", "sdk", "report"), preferences="discovered")


def test_groups_that_are_discovered_hold_what_the_same_customers_use(found_events):
    groups = preference_groups(found_events, AS_OF, FOUND)
    assert {frozenset(words) for words in groups.features.values()} == {
        frozenset({"api", "sdk"}),
        frozenset({"report", "chart"}),
    }
    assert all(name == words[0] for name, words in groups.features.items())
    assert sum(groups.usual) == pytest.approx(1.0)


def test_who_prefers_a_discovered_group_uses_it_beyond_what_is_usual(found_events):
    used = usage_at(found_events, [AS_OF], FOUND).to_pandas().set_index("customer_id")
    liked = used["preference"].sort_index()
    assert set(liked[liked.index % 2 == 1]) == {"api"}
    assert set(liked[liked.index % 2 == 0]) < {"report", "chart"}


def test_groups_that_a_model_keeps_have_their_names_when_use_changes(tmp_path):
    later = AS_OF + dt.timedelta(days=60)
    changed = mixed(seed=4, first=0.1, number=60, day=later)  # sdk and chart overtake
    events = pd.concat([mixed(), changed], ignore_index=True)
    with opened(tmp_path, {"transactions": ORDERS, "events": events}) as base:
        table = base.tables["events"]
        kept, anew = (preference_groups(table, day, FOUND) for day in (AS_OF, later))
        used = usage_at(table, [later], FOUND, kept).to_pandas().set_index("customer_id")
    assert set(kept.features) == {"api", "report"}
    assert set(anew.features) == {"sdk", "chart"}
    liked = used["preference"].sort_index()
    assert set(liked[liked.index % 2 == 1]) == {"api"}
    assert set(liked[liked.index % 2 == 0]) == {"report"}


def test_events_of_one_feature_make_no_groups(tmp_path):
    one = events(1, 9, "search").assign(event_type="use")
    with opened(tmp_path, {"transactions": ORDERS, "events": one}) as base:
        assert preference_groups(base.tables["events"], AS_OF, FOUND).features == {}


def test_no_model_learns_from_use(tmp_path):
    made, profile = panel(tmp_path, learned=True)
    assert not {*USAGE_COLUMNS} & {*made.columns, *profile}


def test_a_profile_column_of_that_name_is_refused(tmp_path):
    profiles = pd.DataFrame({"customer_id": [1], "preference": ["tea"]})
    with pytest.raises(ConfigError, match="`customers` has `preference`, too; give that another"):
        panel(tmp_path, customers=profiles)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"core_features": ["a"]}, "asks for 3 core features, but `core_features` names 1"),
        (
            {"core_features": ["a", "b", "c"], "deep": {"features": 3, "days_a_week": 1}},
            "`deep` must ask for at least as much as `medium`",
        ),
        (
            {"core_features": ["a", "b", "c"], "preferences": {"one": ["x"], "two": ["x"]}},
            r"names each feature once, but got \['x'\] twice",
        ),
    ],
)
def test_rules_that_cannot_be_met_are_refused(given, message):
    with pytest.raises(ValueError, match=message):
        UsageConfig.model_validate(given)


def test_use_is_counted_from_events(tmp_path):
    sources = {"transactions": {"path": "orders.csv"}}
    usage = {"core_features": ["a", "b", "c"]}
    with pytest.raises(ValueError, match="counted from events; name the table in sources"):
        Config.model_validate({"name": "shop", "sources": sources, "usage": usage})
