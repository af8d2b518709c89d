"""The words of the report, and where its numbers come from."""

from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Glossary, Note, Section

ENTRIES = (
    "churn",
    "expected_value",
    "interval",
    "tier",
    "confidence",
    "segment",
    "rfm",
    "lifecycle",
    "value_at_stake",
    "median",
)


def glossary_section(inputs: Inputs, say: MessageCatalogue) -> Section:
    """Return the closing chapter."""
    entries = [(say(f"glossary.{name}.word"), say(f"glossary.{name}.means")) for name in ENTRIES]
    source = say(
        "glossary.source",
        name=inputs.config.name,
        version=inputs.model_version,
        date=say.date(inputs.as_of),
    )
    currency = inputs.config.currency
    money = (
        say("glossary.no_currency")
        if currency is None
        else say("glossary.currency", currency=currency)
    )
    parts = (Glossary(entries), Note(source), Note(money))
    return Section("glossary", say("glossary.title"), say("glossary.headline"), parts)
