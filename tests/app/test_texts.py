"""The app's texts in both languages."""

import re
import string

import pytest

from tiercast.app.texts import load_texts
from tiercast.modeling.target import Target
from tiercast.reporting.messages import LANGUAGES

ENGLISH, CHINESE = (
    {
        key: text
        for key, text in load_texts(name, Target(90, "revenue")).texts.items()
        if key[:4] == "app."
    }
    for name in LANGUAGES
)
# Names and abbreviations that are the same in Chinese.
SAME = {
    "tiercast",
    "app",
    "score",
    "monitor",
    "backtest",
    "CONFIG",
    "CAMPAIGN",
    "experiment",
    "measure",
    "as",
    "of",
    "DATE",
    "AUC",
    "ECE",
    "Gini",
    "CSV",
    "English",
}


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_languages_hold_the_same_texts():
    assert ENGLISH.keys() == CHINESE.keys()


@pytest.mark.parametrize("key", ENGLISH)
def test_languages_fill_the_same_placeholders(key):
    assert placeholders(ENGLISH[key]) == placeholders(CHINESE[key])


@pytest.mark.parametrize("key", ENGLISH)
def test_no_text_mixes_languages(key):
    words = re.findall("[A-Za-z]+", re.sub(r"\{[^}]*\}", "", CHINESE[key]))
    assert set(words) <= SAME
    assert key == "app.other_language" or not re.search("[\u4e00-\u9fff]", ENGLISH[key])
