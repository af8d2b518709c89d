"""`alerts`: deliver the alerts of a scoring."""

from tiercast.cli.console import show, watch
from tiercast.cli.options import AsOf, ConfigFile
from tiercast.config.text_table import TextTable


def alerts(config: ConfigFile, as_of: AsOf = None) -> None:
    """Deliver the alerts of a scored day (default: the newest), each alert once.

    The config's `alerts` names the rules and the destinations.
    """
    from tiercast.alerting.deliver import alerts as deliver

    with watch() as progress:
        result = deliver(config, as_of, progress=progress)
    rows = tuple((name, f"{customers:,}") for name, customers in result.raised.items())
    table = TextTable(f"Alerts of {result.as_of}", ("Alert", "Customers"), rows)
    show(table if rows else f"No alerts on {result.as_of}.")
    show(*(delivery.describe() for delivery in result.deliveries))
