import pytest
import typer

from tiercast.cli.experiment_options import numbers_by_arm


@pytest.mark.parametrize("option", ["--arms", "--shares", "--costs"])
def test_a_text_that_is_no_number_by_arm_is_refused_with_its_option(option):
    with pytest.raises(typer.BadParameter, match=r"ARM=NUMBER.*'control,mail'") as refused:
        numbers_by_arm("control,mail", option)
    assert refused.value.param_hint == option
