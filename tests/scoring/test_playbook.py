import numpy as np
import pandas as pd
import pytest

from tiercast.config.errors import InputError
from tiercast.config.playbook import Play, default_plays
from tiercast.scoring.playbook import actions, check_plays

# One customer for each play: tier rank, tiers below, risk, stage, RFM segment.
EXAMPLES = {
    "rescue": (0, 3, 0.5, "active", "champions"),
    "keep_close": (0, 3, 0.49, "active", "champions"),
    "welcome": (3, 0, 0.9, "new", "new_customers"),
    "welcome_back": (3, 0, 0.9, "reactivated", "at_risk"),
    "win_back": (2, 1, 0.79, "at_risk", "at_risk"),
    "grow": (1, 2, 0.3, "active", "loyal"),
    "win_back_best": (3, 0, 0.95, "lost", "cannot_lose_them"),
    "stay_in_touch": (3, 0, 0.8, "lost", "lost"),
    "nurture": (3, 0, 0.6, "active", "promising"),
}
KINDS = {
    "tier": "text",
    "lifecycle_stage": "text",
    "rfm_segment": "text",
    "action": "text",
    "churn_probability": "number",
}


def rows(examples):
    columns = ["tier_rank", "tiers_below", "churn_probability", "lifecycle_stage", "rfm_segment"]
    return pd.DataFrame(list(examples), columns=columns)


def plays(column, value):
    when = [{"column": column, "operator": "==", "value": value}]
    rest = {"name": "rest", "action": "write"}
    return [Play.model_validate({**rest, "name": "mine", "when": when}), Play.model_validate(rest)]


def test_every_play_of_the_package_is_reached():
    assert list(EXAMPLES) == [play.name for play in default_plays()]
    found = actions(rows(EXAMPLES.values()), default_plays(), "en")
    assert found["action_id"].tolist() == list(EXAMPLES)
    assert found["action"].tolist() == [play.action.en for play in default_plays()]


def test_the_first_play_that_applies_is_told():
    best = rows([(0, 3, 0.9, "new", "lost")])  # a best one, and new, and likely to leave
    assert actions(best, default_plays(), "en")["action_id"].tolist() == ["rescue"]


def test_chinese_rows_are_told_the_same_plays():
    table = rows(EXAMPLES.values())
    english, chinese = (actions(table, default_plays(), one) for one in ("en", "zh"))
    assert english["action_id"].equals(chinese["action_id"])
    assert chinese["action"].tolist() == [play.action.zh for play in default_plays()]


def test_each_customer_gets_exactly_one_action():
    rng = np.random.default_rng(3)
    rank = rng.integers(0, 4, 500)
    stages = rng.choice(["new", "active", "at_risk", "lost", "reactivated"], 500)
    segments = rng.choice(["champions", "cannot_lose_them", "lost"], 500)
    table = rows(zip(rank, 3 - rank, rng.random(500), stages, segments, strict=True))
    found = actions(table, default_plays(), "en")["action_id"]
    assert found.notna().all()
    assert set(found) == set(EXAMPLES)


def test_a_missing_value_leaves_a_customer_to_later_plays():
    table = pd.DataFrame({"age": [30.0, np.nan]})
    assert actions(table, plays("age", 30), "en")["action_id"].tolist() == ["mine", "rest"]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("churn_prob", 1, "Play mine: there is no column `churn_prob`; did you mean `churn_"),
        ("action", "x", "there is no column `action`"),  # it follows from the play
        ("churn_probability", "high", "holds numbers, but is compared with 'high'"),
        ("tier", "topp", "play `mine`: tier is never `topp`; did you mean `top`"),
        ("lifecycle_stage", "atrisk", "never `atrisk`; did you mean `at_risk`"),
        ("rfm_segment", "champion", "never `champion`; did you mean `champions`"),
    ],
)
def test_a_play_over_what_there_is_not_is_refused_with_the_nearest(column, value, message):
    with pytest.raises(InputError, match=message):
        check_plays(plays(column, value), KINDS, ("top", "low"))
