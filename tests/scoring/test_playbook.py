import numpy as np
import pandas as pd
import pytest

from tiercast.scoring.playbook import PLAYBOOK, actions

# One customer for each play: tier rank, last tier or not, risk, stage, RFM segment.
EXAMPLES = {
    "rescue_best": (0, False, 0.5, "active", "champions"),
    "keep_best": (0, False, 0.49, "active", "champions"),
    "welcome": (3, True, 0.9, "new", "new_customers"),
    "welcome_back": (3, True, 0.9, "reactivated", "at_risk"),
    "win_back": (2, False, 0.79, "at_risk", "at_risk"),
    "grow": (1, False, 0.3, "active", "loyal"),
    "win_back_best": (3, True, 0.95, "lost", "cannot_lose_them"),
    "low_cost": (3, True, 0.8, "lost", "lost"),
    "nurture": (3, True, 0.6, "active", "promising"),
}


def rows(examples):
    columns = ["tier_rank", "is_last_tier", "churn_probability", "lifecycle_stage", "rfm_segment"]
    return pd.DataFrame(list(examples), columns=columns)


def test_every_play_is_reached():
    texts = {play.name: play.en for play in PLAYBOOK}
    told = actions(rows(EXAMPLES.values()), "en")
    assert list(EXAMPLES) == list(texts)
    assert list(told) == [texts[name] for name in EXAMPLES]


def test_the_first_play_that_applies_is_told():
    (told,) = actions(
        rows([(0, False, 0.9, "new", "lost")]), "en"
    )  # a best one, and new, and at risk
    assert told == PLAYBOOK[0].en


def test_chinese_rows_are_told_the_same_plays():
    english, chinese = (actions(rows(EXAMPLES.values()), language) for language in ("en", "zh"))
    translation = {play.en: play.zh for play in PLAYBOOK}
    assert [translation[text] for text in english] == list(chinese)
    assert all(any("一" <= letter <= "鿿" for letter in text) for text in chinese)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_play_has_its_own_words(language):
    assert len({getattr(play, language) for play in PLAYBOOK}) == len(PLAYBOOK)


def test_each_customer_gets_exactly_one_action():
    rng = np.random.default_rng(3)
    rank = rng.integers(0, 4, 500)
    stages = rng.choice(["new", "active", "at_risk", "lost", "reactivated"], 500)
    segments = rng.choice(["champions", "cannot_lose_them", "lost"], 500)
    table = rows(zip(rank, rank == 3, rng.random(500), stages, segments, strict=True))
    told = actions(table, "en")
    assert len(told) == 500
    assert set(told) == {play.en for play in PLAYBOOK}
