import pytest

from tiercast.config.errors import InputError
from tiercast.config.reason_choice import check_reason_choice


@pytest.mark.parametrize("choice", ["none", "top", "all"])
def test_a_choice_is_accepted(choice):
    check_reason_choice(choice)


def test_another_word_is_refused_with_the_choices():
    with pytest.raises(InputError, match="one of none, top, all, but got 'some'"):
        check_reason_choice("some")
