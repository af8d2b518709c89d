"""What to do with everyone: actions proposed over the whole base, and alerts raised."""

from collections.abc import Mapping
from datetime import timedelta

import ibis.expr.types as ir

from tiercast.config.playbook import PLAYBOOK, Play
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Measure, Section, Table, common
from tiercast.reporting.share_bars import with_shares

ID = "action_id"


def actions_section(inputs: Inputs, say: MessageCatalogue) -> Section | None:
    """Return the chapter on actions and alerts; None where there are neither."""
    actions, alerts = action_table(inputs, say), alert_table(inputs, say)
    tables = [table for table in (actions, alerts) if table is not None]
    if not tables:
        return None
    rows = 0 if actions is None else len(actions.rows)
    headline = say(
        "actions.headline" if rows else "actions.headline_alerts",
        count=say.write.count(rows),
        alerts=say.write.count(0 if alerts is None else len(alerts.rows)),
    )
    return Section("actions", say("actions.title"), headline, tables)


def action_table(inputs: Inputs, say: MessageCatalogue) -> Table | None:
    """Return customers, expected value and value at stake of each action, by expected value.

    The scores' playbook says how, by whom and until when. None where the scores propose none.
    """
    base = inputs.base.filter(inputs.base.action.notnull())
    names = ["action", *(name for name in (ID,) if name in base.columns)]
    found = base.group_by(names).aggregate(
        customers=base.count(),
        expected_value=base.expected_value.sum(),
        value_at_stake=base.value_at_stake.sum(),
        churn=base.churn_probability.mean(),
    )
    order = ["expected_value", "action"]
    table = found.to_pandas().sort_values(order, ascending=[False, True])
    if table.empty:
        return None
    table = with_shares(table, ["customers", "expected_value"])
    plays = plays_of(inputs)
    rows = [
        (action, plays.get(str(name)))
        for action, name in zip(table["action"], table.get(ID, table["action"]), strict=True)
    ]
    titles = [_title(action, play, say) for action, play in rows]
    details = ["" if play is None else how(play, inputs, say) for _, play in rows]
    columns = [*common(say, "customers", "customers_share", "expected_value"), _at_stake(say)]
    columns += common(say, "churn")
    first = (say("lists.columns.action"), titles)
    return Table.of(say("actions.table"), table, first, columns, details=details)


def action_label(name: str, plays: Mapping[str, Play], say: MessageCatalogue) -> str:
    """Return a play's action as a sentence; of an unknown play its name."""
    return _title(name.replace("_", " "), plays.get(name), say)


def plays_of(inputs: Inputs) -> Mapping[str, Play]:
    """Return the plays that the customers were scored by; none for scores of older versions."""
    plays = map(Play.model_validate, inputs.manifest.get(PLAYBOOK, ()))
    return {play.name: play for play in plays}


def _title(action: str, play: Play | None, say: MessageCatalogue) -> str:
    return sentence(action if play is None else play.action.in_language(say.language))


def how(play: Play, inputs: Inputs, say: MessageCatalogue) -> str:
    """Return owner, deadline, channel and offer of a play, those that it names."""
    texts = {"owner": play.owner, "channel": play.channel, "offer": play.offer}
    parts = {
        name: text.in_language(say.language) for name, text in texts.items() if text is not None
    }
    if play.deadline_days is not None:
        parts["deadline"] = say.date(inputs.as_of + timedelta(days=play.deadline_days))
    order = [name for name in ("owner", "deadline", "channel", "offer") if name in parts]
    return say("actions.between").join(say(f"actions.{n}", text=parts[n]) for n in order)


def _at_stake(say: MessageCatalogue) -> Measure:
    (value,) = common(say, "expected_value")
    return Measure(say("actions.value_at_stake"), "value_at_stake", value.form)


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
