"""`tiercast verify`."""

import typer

from tiercast.cli.console import show_lines, watch
from tiercast.cli.errors import FAILED
from tiercast.cli.options import AsOf, ConfigFile


def verify(config: ConfigFile, as_of: AsOf = None) -> None:
    """Score a past day again: the same to the byte, and blind to a future planted after it?

    Ends with 1 where it is not.
    """
    from tiercast.verbs.verify import verify as verify_day

    with watch() as progress:
        found = verify_day(config, as_of, progress=progress)
    replayed, leaked = ", ".join(found.replayed), ", ".join(found.leaked)
    whom = f"{found.customers:,} customer{'' if found.customers == 1 else 's'}"
    differs = f"differs for {whom}, in {replayed}"
    show_lines(
        f"{found.rows:,} customers of {found.as_of}, model version {found.model_version}",
        f"Replay:     {differs if replayed else 'the same to the byte'}",
        f"Leak probe: {f'the planted future shows in {leaked}' if leaked else 'nothing shows'}",
        *(f"Feature store: differs from a full read in {name}" for name in found.unlike),
        *found.notes,
    )
    if not found.passed:
        raise typer.Exit(FAILED)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: tiercast verify pipelines/cdnow.yaml --as-of 1998-04-01")(verify)
