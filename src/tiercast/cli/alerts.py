"""`alerts`: deliver what a scoring raised."""

import typer

from tiercast.cli.console import show_lines, show_table, watch
from tiercast.cli.options import AsOf, ConfigFile


def alerts(config: ConfigFile, as_of: AsOf = None) -> None:
    """Deliver the alerts of a scored day (the newest by default), each once.

    Rules and where alerts go are in the config: `alerts`.
    """
    from tiercast.alerting.deliver import alerts as deliver

    with watch() as progress:
        result = deliver(config, as_of, progress=progress)
    rows = [(name, f"{customers:,}") for name, customers in result.raised.items()]
    if rows:
        show_table(f"Alerts of {result.as_of}", ("alert", "customers"), rows)
    else:
        show_lines(f"No alerts on {result.as_of}.")
    show_lines(*(delivery.told() for delivery in result.deliveries))


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: tiercast alerts pipelines/cdnow.yaml --as-of 1998-04-01")(alerts)
