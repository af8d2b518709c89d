"""The global holdout: customers whom no campaign and no exported list touches."""

import ibis.expr.types as ir

from tiercast.config.schema import Config
from tiercast.contract.keyed_share import keyed_share


def is_held_out(customer_id: ir.Value, config: Config) -> ir.BooleanValue:
    """Return who belongs to the global holdout, the same customers on every day."""
    return keyed_share(customer_id, f"{config.name}/holdout") < config.holdout


def without_holdout(table: ir.Table, config: Config) -> ir.Table:
    """Return a table of customers without those held out."""
    return table.filter(~is_held_out(table.customer_id, config)) if config.holdout else table
