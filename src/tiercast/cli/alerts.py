"""`alerts`: deliver the alerts of a scoring."""

from tiercast.cli.console import show, watch
from tiercast.cli.options import AsOf, ConfigFile, Language, spoken
from tiercast.config.message import Message, named
from tiercast.config.text_table import TextTable


def alerts(config: ConfigFile, as_of: AsOf = None, language: Language = None) -> None:
    """Deliver the alerts of a scored day (default: the newest), each alert once.

    The config's `alerts` names the rules and the destinations.
    """
    from tiercast.alerting.deliver import alerts as deliver

    settings = spoken(config, language)
    with watch() as progress:
        result = deliver(settings, as_of, progress=progress)
    raised = result.raised.items()
    rows = tuple((named("alert", name), f"{customers:,}") for name, customers in raised)
    title = Message.of("Alerts of {as_of}", as_of=result.as_of)
    table = TextTable(title, ("Alert", "Customers"), rows)
    show(table if rows else Message.of("No alerts on {as_of}.", as_of=result.as_of))
    show(*(delivery.describe() for delivery in result.deliveries))
