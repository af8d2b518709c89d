"""`tiercast experiment assign`: draw a campaign's arms once, and write a list for each."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from tiercast.campaigns.assign import DEFAULT_ARMS, assign, balance
from tiercast.campaigns.assignments import CONTACTS_FILE, Assignments
from tiercast.config.lists import find_row
from tiercast.config.loading import load_config
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.sinks.recorded_run import recorded_here
from tiercast.snapshots.cutoffs import as_day
from tiercast.verbs.export import export


@dataclass(frozen=True)
class Assigned:
    """An assigned campaign: its record, the balance of tiers, contacts, and a list per arm."""

    assignments: Assignments
    balance: pd.DataFrame
    contacts: Path
    lists: Mapping[str, Path]


def experiment_assign(  # noqa: PLR0913  # each is an option of the command
    config: Config | str | Path,
    campaign: str,
    list: str,  # the option's name
    *,
    arms: Mapping[str, float] | None = None,
    as_of: dt.date | str | None = None,
    start: dt.date | str | None = None,
    limit: int | None = None,
    format: str = "csv",  # the option's name
    progress: Progress | None = None,
) -> Assigned:
    """Draw the arms of a campaign (default: two halves, control and treated) from a list.

    The arm of a customer is a keyed hash of its id, the base and the campaign: the same whatever
    the order or the day. Drawn once: running it again changes nothing. The assignments lie in
    `<output>/experiments/CAMPAIGN/` with the scores of the scored day (default: the newest),
    beside `contacts.parquet`, rows for the table `contacts`; `start` (default: that day) is the
    first day on which outcomes count. Customers of the global holdout are in no arm.

    Raises
    ------
    InputError
        The campaign was assigned otherwise before, or the list, its arms or the day are wrong.
    OutputError
        The files cannot be written.
    """
    settings, shown = load_config(config), progress or Silent()
    settings.kind.refuse("experiment assign")
    wanted = find_row(settings.customer_lists, list, "list")
    with recorded_here(settings, "experiment-assign", shown) as recorded:
        shown.stage("draw the arms")
        found = assign(
            settings,
            campaign,
            wanted,
            arms or DEFAULT_ARMS,
            as_of=as_of,
            start=as_day(start),
            limit=limit,
        )
        recorded.claim(found.scored_on)
    files = {
        arm: export(settings, wanted, format=format, campaign=(campaign, arm)).file
        for arm in found.arms
    }
    return Assigned(found, balance(found), found.folder / CONTACTS_FILE, files)
