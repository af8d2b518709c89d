"""One arm of an assigned campaign as a list to export."""

from dataclasses import dataclass
from typing import Self

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.campaigns.assignments import Assignments
from tiercast.config.errors import InputError
from tiercast.config.lists import CustomerList

UNASSIGNED = (
    "Campaign {campaign} has no assignments in {place}; draw them first: `tiercast experiment "
    "assign CONFIG`."
)
NO_ARM = "Campaign {campaign} has no arm {arm!r}; there are {arms}."


@dataclass(frozen=True)
class Arm:
    """An arm of a campaign that was assigned."""

    assigned: Assignments
    name: str

    @classmethod
    def of(cls, output: OutputFolder, campaign: str, arm: str) -> Self:
        """Return the arm of that name.

        Raises
        ------
        InputError
            The campaign was not assigned, or has no such arm.
        """
        assigned = Assignments.read(output, campaign)
        if assigned is None:
            raise InputError.of(UNASSIGNED, campaign=campaign, place=str(output))
        if arm not in assigned.arms:
            raise InputError.of(NO_ARM, campaign=campaign, arm=arm, arms=list(assigned.arms))
        return cls(assigned, arm)

    def list_of(self, wanted: CustomerList) -> CustomerList:
        """Return the list that holds whoever was assigned, whatever its conditions are now."""
        name = f"{wanted.name}.{self.assigned.campaign}.{self.name}"
        # Not checked again: names of lists have no points, but this one is a file's.
        return CustomerList.model_construct(**{**dict(wanted), "when": (), "name": name})

    def customers(self, connection: Backend, table: ir.Table) -> ir.Table:
        """Return the rows of a table whose customers are in the arm."""
        rows = self.assigned.rows(connection)
        return table.semi_join(rows.filter(rows.arm == self.name), "customer_id")
