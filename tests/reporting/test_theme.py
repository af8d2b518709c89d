import pytest

from tiercast.reporting.theme import INK, NOBODY, QUIET, STRONG, WARN, tier_colours


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", [INK, QUIET, STRONG, WARN])
def test_texts_stand_out_from_white_as_wcag_asks(colour):
    assert 1.05 / (luminance(colour) + 0.05) >= 4.5


def test_each_tier_has_a_colour_and_the_last_is_grey():
    names = ("a", "b", "c", "d", "e")
    colours = tier_colours(names)
    assert len(set(colours.values())) == 5
    assert colours["e"] == NOBODY
