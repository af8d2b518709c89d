"""Customer ids of two tables: converted to one type, and refused if none of them match."""

import ibis.expr.types as ir
from ibis.expr.datatypes import DataType

from tiercast.config.schema import Config, SourceConfig, TableName
from tiercast.contract.data_rules import RAW_SUFFIX
from tiercast.contract.errors import DataContractError
from tiercast.sources.origin import describe


def with_ids(table: ir.Table, ids: DataType, source: SourceConfig) -> ir.Table:
    """Return the table with customer ids of the lead table's type, so that both can be joined.

    Raises
    ------
    DataContractError
        None of the table's ids can be of that type.
    """
    own = table.customer_id
    if own.type() == ids:
        return table
    read = own.try_cast(ids)
    (seen,) = table.agg(read=read.count(), example=own.max()).to_pyarrow().to_pylist()
    if seen["example"] is not None and not seen["read"]:
        kind = "whole numbers" if ids.is_integer() else str(ids)
        raise DataContractError(
            f"{describe(source)}: no `customer_id` here can be one of the transactions: they are "
            f"{kind} there, but such as {seen['example']!r} here; write ids alike in both."
        )
    return table.mutate(**{"customer_id": read, "customer_id" + RAW_SUFFIX: own})


def refuse_strangers(table: ir.Table, lines: ir.Table, config: Config, name: TableName) -> None:
    """Refuse a table of strangers; `lines` is the lead table.

    Raises
    ------
    DataContractError
        No customer of the table has an order line.
    """
    if int(table.semi_join(lines, "customer_id").limit(1).count().execute()):
        return
    here, there = (rows.customer_id.min().execute() for rows in (table, lines))
    lead = config.kind.lead
    stranger = "has an order" if lead == "transactions" else f"is in `{lead}`"
    raise DataContractError(
        f"{describe(config.sources[name])}: none of the customers in `{name}` {stranger}: ids "
        f"are such as {here!r} here, {there!r} in `{lead}`; write ids alike in both, or map "
        "another column to `customer_id`."
    )
