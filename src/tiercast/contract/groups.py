"""Groups of customers by a column, such as their region: which table has it, and its values."""

from collections.abc import Mapping
from dataclasses import replace

import ibis.expr.types as ir

from tiercast.config.nearest import hint
from tiercast.config.schema import Config, TableName
from tiercast.contract.errors import DataContractError
from tiercast.contract.tables import ColumnSpec, TableSpec

GROUP = "customer_group"
UNKNOWN = "unknown"  # the group of customers without a value
MOST_GROUPS = 50
PLACES: tuple[TableName, ...] = ("customers", "transactions")  # the first that has it counts


def with_group_column(spec: TableSpec, by: str | None) -> TableSpec:
    """Return a table of order lines with the column of groups, if the source has one."""
    known = {column.name for column in spec.columns}
    if by is None or by in known or spec.name != "transactions":
        return spec
    return replace(spec, columns=(*spec.columns, ColumnSpec(by, "text", "the group")))


def place_of(by: str, tables: Mapping[TableName, ir.Table]) -> TableName | None:
    """Return the table that has the column of groups; None: neither has."""
    return next((name for name in PLACES if name in tables and by in tables[name].columns), None)


def group_names(column: ir.Column) -> ir.StringValue:
    """Return the names of groups; null where the column is empty or blank."""
    return column.cast("string").strip().nullif("")


def refuse_wrong_groups(config: Config, tables: Mapping[TableName, ir.Table]) -> None:
    """Refuse a column of groups that is missing or has too many values.

    Raises
    ------
    DataContractError
        No table has the column, its values are too many, or it cannot be read in this setting.
    """
    if config.by is None:
        return
    place = place_of(config.by, tables)
    if place is None:
        known = [name for one in PLACES if one in tables for name in tables[one].columns]
        raise DataContractError(
            f"`by` names the column `{config.by}`, but neither customers nor order lines have "
            f"it; {hint(config.by, known)}"
        )
    if place == "transactions" and config.feature_store is not None:
        raise DataContractError(
            f"`by: {config.by}` is a column of the order lines, which a `feature_store` does not "
            "keep; bring it into the table `customers`, or leave one of the two out."
        )
    found = int(group_names(tables[place][config.by]).nunique().execute())
    if found > MOST_GROUPS:
        raise DataContractError(
            f"`by: {config.by}` would make {found:,} groups, but {MOST_GROUPS} are the most; "
            f"name a column of {place} with fewer values."
        )
