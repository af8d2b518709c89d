"""Whether the model still fits: the verdict of `tiercast monitor` and its reasons."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from tiercast.formats import MISSING, Form
from tiercast.lists.columns import known_columns, of_further_horizon
from tiercast.modeling.target import Value
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import (
    Card,
    Cards,
    Cell,
    Grade,
    Note,
    Part,
    Section,
    Table,
    Tone,
    measures,
)

GRADES: Mapping[str, Grade] = {"fine": "good", "look": "fair", "retrain": "weak"}
TONES: Mapping[str, tuple[Tone, str]] = {"look": ("lower", "●"), "retrain": ("much_lower", "▲")}
MOST_REASONS = 20
VOLUMES: Mapping[str, Form] = {"orders": "count", "value": "total"}

# Subjects that are no column of lists, and features that count orders or money of some days.
SUBJECTS = {"customers", "orders", "value", "scores", "features", "churn", "total"}
SUBJECTS |= {"interval", "tier_set"}
WITHIN = re.compile(r"(?P<what>orders|revenue)_(?P<days>\d+)d")

# How each rule's figure is written; the rules themselves are those of monitoring.
WRITTEN: Mapping[str, Form] = {
    "feature_psi": "two",
    "feature_ks": "two",
    "drifted": "share",
    "forecast_psi": "two",
    "forecast_ks": "two",
    "group_psi": "two",
    "group_ks": "two",
    "missing": "share",
    "new_categories": "share",
    "gone_categories": "share",
    "customers_gone": "share",
    "customers_new": "share",
    "stale": "times",
    "unscored": "times",
    "volume": "times",
    "churn_error": "share",
    "ece": "share",
    "interval_coverage": "share",
    "tier_set_coverage": "share",
    "total_missed": "count",
}


def drift_section(inputs: Inputs, say: MessageCatalogue) -> Section | None:
    """Return the chapter on the verdict; None where the scores were not monitored."""
    found = None if inputs.monitoring is None else inputs.monitoring.summary
    if found is None:
        return None
    verdict, reasons = found["verdict"], found["reasons"]
    headline = say(
        f"drift.headline.{verdict}", count=say.write.count(len(reasons)), all=str(found["checked"])
    )
    parts: list[Part] = [Note(_basis(found, say)), Cards(_cards(found, say))]
    scored = dt.date.fromisoformat(found["scored_as_of"])
    if scored != inputs.as_of:
        note = say("drift.earlier", day=say.date(inputs.as_of), scored=say.date(scored))
        parts.insert(0, Note(note))
    if reasons:
        parts.append(_reasons(reasons, inputs.target.value, say))
    parts.append(_stages(found["stages"], say))
    return Section("drift", say("drift.title"), headline, parts, grade=GRADES[verdict])


def _basis(found: Mapping[str, Any], say: MessageCatalogue) -> str:
    return say(
        "drift.basis",
        looked=say.date(dt.date.fromisoformat(found["as_of"])),
        version=found["model_version"],
        trained=say.date(dt.date.fromisoformat(found["held_against"])),
    )


def _cards(found: Mapping[str, Any], say: MessageCatalogue) -> list[Card]:
    people, orders = found["customers"], found["orders"]
    counts = {name: say.write.about(people[name]).count(people[name]) for name in ("new", "gone")}
    since = say("drift.cards.since", **counts)
    return [
        Card(say.write.about(people["now"]).count(people["now"]), say("drift.cards.now"), since),
        Card(say.write.count(orders["days_since_last"]), say("drift.cards.days")),
        *(
            _volume(one, say.write.named(VOLUMES[one["name"]]), say)
            for one in orders["volumes"]
            if one["name"] in VOLUMES
        ),
    ]


def _volume(
    volume: Mapping[str, Any], written: Callable[[float], str], say: MessageCatalogue
) -> Card:
    """Return a volume beside the earlier ones that are known."""
    known = {name: volume[name] for name in ("before", "year_ago") if volume[name] is not None}
    name = "both" if len(known) == 2 else next(iter(known), None)
    shown = {one: written(amount) for one, amount in known.items()}
    before = "" if name is None else say(f"drift.cards.{name}", **shown)
    return Card(written(volume["last"]), say(f"drift.cards.{volume['name']}"), before)


def _reasons(reasons: list[Mapping[str, Any]], worth: Value, say: MessageCatalogue) -> Table:
    shown = reasons[:MOST_REASONS]
    columns = [say(f"drift.columns.{name}") for name in ("rule", "subject", "value")]
    columns += [say(f"drift.columns.{name}") for name in ("usual", "look", "retrain", "verdict")]
    left = len(reasons) - len(shown)
    note = say("drift.reasons_note") + (
        " " + say("drift.more", count=say.write.count(left)) if left else ""
    )
    rows = [_reason_row(one, worth, say) for one in shown]
    return Table(say("drift.reasons"), columns, rows, note=note, words=True)


def _subject(name: str, worth: Value, say: MessageCatalogue) -> str:
    """Return what a check is about: a score, a feature or a part of the base, in words."""
    if name in SUBJECTS:
        return say(f"drift.subjects.{name}")
    if found := WITHIN.fullmatch(name):
        said = say(f"drift.within.{found['what']}", days=found["days"])
        return f"{said[:1].upper()}{said[1:]}"
    column = known_columns().get(name) or of_further_horizon(name)
    return name.replace("_", " ") if column is None else column.titled(worth, say.language)


def _reason_row(one: Mapping[str, Any], worth: Value, say: MessageCatalogue) -> list[Cell]:
    written, (tone, mark) = say.write.named(WRITTEN[one["rule"]]), TONES[one["verdict"]]
    limits = [MISSING if one[x] is None else written(one[x]) for x in ("look", "retrain")]
    value = MISSING if one["value"] is None else written(one["value"])
    return [
        Cell(say(f"drift.rules.{one['rule']}")),
        Cell(_subject(one["subject"], worth, say)),
        Cell(value),
        Cell(written(one["usual"]) if one["usual"] else MISSING),
        *(Cell(limit) for limit in limits),
        Cell(say(f"drift.verdict.{one['verdict']}"), tone, mark),
    ]


def _stages(stages: Mapping[str, Mapping[str, float]], say: MessageCatalogue) -> Table:
    table = pd.DataFrame(list(stages.values()), index=list(stages))
    names = [say.label("stage", str(name)) for name in table.index]
    columns = measures(say, "drift.stages", then="share", now="share")
    head = say("drift.stages.stage")
    return Table.of(say("drift.stages.title"), table, (head, names), columns)
