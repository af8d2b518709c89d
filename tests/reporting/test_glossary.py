"""The closing chapter names the currency of all amounts."""

from dataclasses import replace

import pytest

from tiercast.reporting.report import glossary_section


@pytest.mark.parametrize(
    ("currency", "sentence"),
    [
        ("EUR", "Amounts are in EUR."),
        (None, "Amounts are in the currency of the data, which the config does not name."),
    ],
)
def test_the_currency_of_amounts_is_named_if_it_is_known(inputs, say, currency, sentence):
    config = inputs.config.model_copy(update={"currency": currency})
    section = glossary_section(replace(inputs, config=config), say)
    assert section.parts[-1].text == sentence
