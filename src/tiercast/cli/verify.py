"""`tiercast verify`."""

from typing import TYPE_CHECKING

import typer

from tiercast.cli.console import show, watch
from tiercast.cli.errors import FAILED
from tiercast.cli.options import AsOf, ConfigFile, Language, spoken
from tiercast.config.message import Message, filled

if TYPE_CHECKING:
    from tiercast.verbs.verify import Verification


UNDATED = (
    "Leak probe: {undated} of `customers` know what followed the day, because the profile has "
    "no dates; give each row `valid_from`, or leave the columns out "
    "(`features: {{without: [...]}}`)"
)


def verify(config: ConfigFile, as_of: AsOf = None, language: Language = None) -> None:
    """Score a past day again: are all bytes the same, and does no later row change them?

    The exit code is 1 if not.
    """
    from tiercast.verbs.verify import verify as verify_day

    settings = spoken(config, language)
    with watch() as progress:
        found = verify_day(settings, as_of, progress=progress)
    show(*(filled(line, vars(found)) for line in _lines(found)))
    show(
        *(
            Message.of("Feature store: differs from a full read in {name}", name=n)
            for n in found.unlike
        ),
        *found.notes,
    )
    if not found.passed:
        raise typer.Exit(FAILED)


def _lines(found: "Verification") -> tuple[str, ...]:
    differs = (
        "Replay:     differs for {customers:,} customer, in {replayed}"
        if found.customers == 1
        else "Replay:     differs for {customers:,} customers, in {replayed}"
    )
    return (
        "{rows:,} customers of {as_of}, model version {model_version}",
        differs if found.replayed else "Replay:     all bytes are the same",
        "Leak probe: planted future rows change {leaked}"
        if found.leaked
        else "Leak probe: planted future rows change nothing",
        *(UNDATED for _ in found.undated[:1]),
    )
