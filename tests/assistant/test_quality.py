def test_how_sure_says_in_words_how_past_forecasts_held(told):
    (quality, *_) = told.answers["how_sure"]["chapters"]
    assert "percentage points on average" in quality["in_words"]
    assert quality["grade"] in ("good", "fair", "weak")
    assert all(one["what"] and one["value"] for one in quality["figures"])


def test_the_words_are_those_of_the_configs_language(told_of_shop):
    assert "可靠" in told_of_shop.answers["how_sure"]["chapters"][0]["title"]


def test_without_graded_days_the_record_says_what_to_do(told):
    found = told.answers["track_record"]
    assert found["days"] == []
    assert "run `tiercast monitor CONFIG`" in found["in_words"]
