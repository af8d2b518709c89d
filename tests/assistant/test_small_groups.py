from tiercast.assistant.sums import shown_group


def test_zero_shows_every_group():
    assert shown_group({"customers": 1, "expected_value": 2.0}, 0)["expected_value"] == 2.0
