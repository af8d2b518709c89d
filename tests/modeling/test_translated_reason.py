import pytest

from tiercast.modeling.phrases import _rows, phrase_of, slots
from tiercast.modeling.translated_reason import translated_reason

NAMES = [name.replace("<n>", "90") for name in _rows()]
FEATURES = [name for name in NAMES if phrase_of(name)]


def told(phrase, language, number):
    """Return the sentences of a feature's templates, all figures being one number."""
    templates = getattr(phrase, language)
    texts = [dict.fromkeys(slots(template), number) for template in templates]
    return [phrase.text(one.get, language) for one in texts]


@pytest.mark.parametrize("value", ["revenue", "margin", "contribution"])
@pytest.mark.parametrize("number", ["1", "1,234", "12%", "0.5"])
def test_each_sentence_is_told_in_the_other_language(number, value):
    for feature in FEATURES:
        phrase = phrase_of(feature, value)
        english, chinese = (told(phrase, language, number) for language in ("en", "zh"))
        for here, there in zip(english, chinese, strict=True):
            reason = {"feature": feature, "value": number, "text": here}
            assert translated_reason(reason, "zh") == there
            assert translated_reason(reason, "en") == here
            assert translated_reason({**reason, "text": there}, "en") == here


def test_a_profile_value_keeps_its_words_but_for_unknown():
    reason = {"feature": "home_town", "value": "Oslo", "text": "home town: Oslo"}
    assert translated_reason(reason, "zh") == "home town：Oslo"
    unknown = {"feature": "home_town", "value": "未知", "text": "home town：未知"}
    assert translated_reason(unknown, "en") == "home town: unknown"


def test_a_sentence_of_no_template_stays():
    reason = {"feature": "orders", "value": "3", "text": "three orders, said long ago"}
    assert translated_reason(reason, "zh") == reason["text"]
