"""What contacts of the newest scored day would bring, as the config's budget counts it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.campaigns.assignments import Assignments
from tiercast.config.lists import find_row
from tiercast.config.schema import Config
from tiercast.lists.base import ListBase
from tiercast.lists.budget import Profit, contacts_within
from tiercast.lists.selection import select
from tiercast.measured.records import read_measured
from tiercast.measured.save_rate import save_rate_of
from tiercast.sources.workspace import workspace


@dataclass(frozen=True)
class NextContacts:
    """The profit of the contacts that pay, at each case of the save rate, and what it stands on.

    `list_name` is the list that the campaign was drawn from (None: all customers), `worth` how
    many contacts bring more than they cost, whatever the most contacts.
    """

    list_name: str | None
    as_of: dt.date
    worth: int
    profits: Mapping[str, Profit]
    basis: str

    def rows(self) -> list[dict[str, object]]:
        """Return a row per case of the save rate."""
        about = {"list": self.list_name, "as_of": str(self.as_of), "worth": self.worth}
        return [
            {**about, "case": name, **asdict(one), "basis": str(self.basis)}
            for name, one in self.profits.items()
        ]


def next_contacts(config: Config, campaign: str, most: int | None) -> NextContacts | None:
    """Return what contacting a campaign's list on the newest scored day would bring.

    None where the config has no budget, or nothing is scored.

    Raises
    ------
    InputError
        The budget names a campaign that was not measured, or the list is gone from the config.
    """
    output = OutputFolder.of(config)
    days = output.scored_dates() if config.kind.has_orders else []
    if config.budget is None or not days:
        return None
    assigned, day = Assignments.read(output, campaign), days[-1]
    rate = save_rate_of(config.budget, read_measured(output), config.report.small_cells)
    limits = [n for n in (most, config.budget.contacts) if n is not None]
    with workspace() as connection:
        table = ListBase.read(connection, config, day).table
        if assigned is not None:
            named = find_row(config.customer_lists, assigned.list, "list")
            table = select(table, named)
        found = contacts_within(table, config.budget, rate, min(limits, default=None))
    said = rate.explained(day, output.target(day).horizon_days)
    name = None if assigned is None else assigned.list
    return NextContacts(name, day, found.worth, found.profits, said)
