"""`tiercast verify`."""

import typer

from tiercast.cli.console import show, watch
from tiercast.cli.errors import FAILED
from tiercast.cli.options import AsOf, ConfigFile


def verify(config: ConfigFile, as_of: AsOf = None) -> None:
    """Score a past day again: are all bytes the same, and does no later row change them?

    The exit code is 1 if not.
    """
    from tiercast.verbs.verify import verify as verify_day

    with watch() as progress:
        found = verify_day(config, as_of, progress=progress)
    replayed, leaked = ", ".join(found.replayed), ", ".join(found.leaked)
    whom = f"{found.customers:,} customer{'' if found.customers == 1 else 's'}"
    differs = f"differs for {whom}, in {replayed}"
    show(
        f"{found.rows:,} customers of {found.as_of}, model version {found.model_version}",
        f"Replay:     {differs if replayed else 'all bytes are the same'}",
        f"Leak probe: planted future rows change {leaked or 'nothing'}",
        *(f"Feature store: differs from a full read in {name}" for name in found.unlike),
        *found.notes,
    )
    if not found.passed:
        raise typer.Exit(FAILED)
