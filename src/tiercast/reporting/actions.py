"""What to do with whom, over the whole base: actions proposed and alerts raised."""

import ibis.expr.types as ir

from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Table, common
from tiercast.reporting.share_bars import with_shares


def action_table(inputs: Inputs, say: MessageCatalogue) -> Table | None:
    """Return how many customers each action is proposed for, most expected value first.

    None where the scores propose none.
    """
    base = inputs.base.filter(inputs.base.action.notnull())
    found = base.group_by("action").aggregate(
        customers=base.count(),
        expected_value=base.expected_value.sum(),
        churn=base.churn_probability.mean(),
    )
    order = ["expected_value", "action"]
    table = found.to_pandas().sort_values(order, ascending=[False, True])
    if table.empty:
        return None
    table = with_shares(table, ["customers", "expected_value"])
    columns = common(say, "customers", "customers_share", "expected_value_share", "churn")
    names = (
        say("lists.columns.action"),
        [sentence(action) for action in table["action"].tolist()],
    )
    return Table.of(say("actions.title"), table, names, columns)


def sentence(action: str) -> str:
    """Return an action's words as a sentence starts.

    Examples
    --------
    >>> sentence("keep close: early access")
    'Keep close: early access'
    """
    return action[:1].upper() + action[1:]


def alert_table(inputs: Inputs, say: MessageCatalogue) -> Table | None:
    """Return how many customers each alert was raised for; None where there is none.

    Alerts of changes since scores of another target are none.
    """
    if not inputs.has_moves:
        return None
    alerts: ir.Table = inputs.scores.select(alert=inputs.scores.alerts.unnest())
    found = alerts.group_by("alert").aggregate(customers=alerts.count()).to_pandas()
    if found.empty:
        return None
    table = found.sort_values(["customers", "alert"], ascending=[False, True])
    names = [say.label("alert", name) for name in table["alert"].tolist()]
    columns = common(say, "customers")
    return Table.of(say("actions.alerts"), table, (say("actions.alert"), names), columns)
