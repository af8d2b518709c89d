import pandas as pd

from tiercast.fairness.groups import Grouping


def test_numbers_of_few_values_are_groups_of_their_own():
    found = Grouping.of(pd.Series([1, 2, 1, 2, 3]))
    assert set(found.words) == {"1", "2", "3"}


def test_rare_words_are_joined():
    words = pd.Series([f"w{n:02}" for n in range(14) for _ in range(20 - n)])
    groups = Grouping.of(words).apply(words)
    assert groups.nunique() == 13
    assert (groups == "others").sum() == 8 + 7
