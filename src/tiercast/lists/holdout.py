"""The global holdout: customers whom no campaign and no exported list touches.

What customers are chosen from leaves them out already: the table of
`tiercast.lists.base.ListBase`, and `to_contact` of `tiercast.reporting.inputs.Inputs`.
"""

import ibis
import ibis.expr.types as ir

from tiercast.config.schema import Config
from tiercast.contract.keyed_share import keyed_share


def is_held_out(customer_id: ir.Value, config: Config) -> ir.BooleanValue:
    """Return who belongs to the global holdout, the same customers on every day."""
    if not config.holdout:
        return ibis.literal(False)
    return keyed_share(customer_id, f"{config.name}/holdout") < config.holdout
