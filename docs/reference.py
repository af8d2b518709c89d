"""Write the reference pages from the code (`make docs`): one function per page."""

import ast
import inspect
import subprocess
import sys
import textwrap
import typing
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from pydantic import BaseModel

from tiercast.config.alerts import Condition, default_rules
from tiercast.config.playbook import default_plays
from tiercast.config.schema import Config, Limits
from tiercast.contract.data_rules import RULES as DATA_RULES
from tiercast.contract.tables import TABLES
from tiercast.features.registry import feature_table
from tiercast.modeling.metrics import CALIBRATION_FIGURES, METRICS, TIER_METRICS
from tiercast.monitoring.monitor_rules import RULES as MONITOR_RULES
from tiercast.privacy.places import PLACES
from tiercast.readiness.rules import RULES as READINESS_RULES
from tiercast.sources.layout import PLACE, Layout, layouts

DOCS = Path(__file__).parent
FEATURES_HEAD = """\
# Features

One row per customer and cutoff (`customer_id`, `as_of`), counted from rows before the cutoff only.
A window of 30 days is `[as_of - 30 days, as_of)`. Null means that a feature is undefined: a
customer with one order has no gaps. A base without a table or column lacks its features. The
eight most frequent event types add two each: `event_type_N_90d`, `event_type_N_recency_days`,
and the eight most frequent plans of contracts one each: `contract_plan_N_running`. Where churn
is the end of contracts, each event type has two signals more: `event_type_N_30d` and
`event_type_N_change` (those of the last 30 days less a month's in the 60 days before).
Profile columns keep their names; `profile_` comes before the name of a feature. Signals are
shown, and read by rules of alerts, plays and lists; no model learns from them.
"""
LAYOUTS_HEAD = """\
# Layouts that `tiercast init` knows

Written by `make docs` from `src/tiercast/sources/layouts.yaml`; a new layout is a row there.

`init` recognises a file by its headers, in any case and order, and builds the query from the
columns that are there: a column that an export lacks is left out of the query. `A or B` is the
first of them that the file has and that is not empty. One currency is used (the one of most
orders); the others are named with their rows and money, and never added to it. Open points are
comments in the config: `# To know` for facts, `# TO MEND` for gaps, with the next best columns.
"""
LAYOUTS_COLUMNS = ("Layout", "Customer", "Time", "Order", "Amount", "Rows left out by")


def config_page() -> str:
    """Return every config key with its type, default and meaning."""
    rows = [(f"`{key}`", kind, default, text) for key, kind, default, text in keys(Config)]
    return page(
        "Config keys",
        "One YAML file per customer base. Unknown keys are errors.",
        [table(("Key", "Values", "Default", "Meaning"), rows)],
    )


def keys(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str, str, str]]:
    """Yield each key of a settings class, and of the settings classes within it."""
    meanings = attribute_docstrings(model)
    for name, field in model.model_fields.items():
        key, inner = prefix + (field.alias or name), settings_in(field.annotation)
        default = field.get_default(call_default_factory=True)
        value = "required" if field.is_required() else shown(default)
        yield key, "" if inner else values(field.annotation), value, meanings.get(name, "")
        if inner and inner is not Limits and inner is not Condition:
            yield from keys(inner, f"{key}.NAME." if key == "sources" else f"{key}.")


def attribute_docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Return the text below each attribute, in the class and those it is made from.

    Pydantic would read all sources for it at the start of every command.
    """
    found: dict[str, str] = {}
    for one in reversed(model.__mro__[: model.__mro__.index(BaseModel)]):
        (definition,) = ast.parse(textwrap.dedent(inspect.getsource(one))).body
        assert isinstance(definition, ast.ClassDef)
        for given, text in pairwise(definition.body):
            match given, text:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(
                    value=ast.Constant(value=str(meaning))
                ):
                    found[name] = inspect.cleandoc(meaning)
    return found


def settings_in(annotation: object) -> type[BaseModel] | None:
    """Return the settings class that an annotation holds, in a list or by name too."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (settings_in(one) for one in typing.get_args(annotation))
    return next((one for one in found if one), None)


def values(annotation: object) -> str:
    """Return what a key may hold, as a reader would say it."""
    if typing.get_origin(annotation) is typing.Literal:
        return ", ".join(f"`{one}`" for one in typing.get_args(annotation))
    args = [one for one in typing.get_args(annotation) if one is not type(None)]
    if typing.get_origin(annotation) is tuple:
        return f"list of {values(args[0])}"
    if typing.get_origin(annotation) is dict:
        return "mapping of names"
    if args:
        return values(args[0])
    return {"str": "text", "int": "integer", "float": "number", "object": "value"}.get(
        getattr(annotation, "__name__", ""), "text"
    )


def shown(default: object) -> str:
    """Return a default as YAML would have it."""
    if isinstance(default, Limits):
        return ", ".join(f"{name} {value:g}" for name, value in default if value is not None)
    if default is None or default in ((), {}) or isinstance(default, BaseModel):
        return ""
    if isinstance(default, tuple) and isinstance(default[0], BaseModel):
        return ", ".join(f"`{one.name}`" for one in default)
    if isinstance(default, tuple):
        return f"`[{', '.join(map(str, default))}]`"
    return f"`{default}`"


def tables_page() -> str:
    """Return the canonical tables and columns."""
    parts = []
    for spec in TABLES.values():
        rows = [
            (f"`{c.name}`", c.kind, "yes" if c.required else "", c.meaning) for c in spec.columns
        ]
        more = (
            "\n\nAny other column is a profile column; `columns` may rename it."
            if spec.open_ended
            else ""
        )
        parts.append(
            f"## {spec.name}\n\n" + table(("Column", "Kind", "Required", "Meaning"), rows) + more
        )
    intro = (
        "A source maps its own names to these. Kinds: `id` keeps its type; `key` is compared, "
        "never computed with; `time` is naive, in the shop's zone; `number` is a float; `text` a "
        "string."
    )
    return page("Tables and columns", intro, parts)


def metrics_page() -> str:
    """Return the metrics with their direction."""
    rows = [
        (
            f"`{m.name}`",
            m.kind.replace("_", " "),
            "higher" if m.bigger_is_better else "lower",
            m.meaning,
        )
        for m in dict.fromkeys((*METRICS, *TIER_METRICS))
    ]
    rows += [
        (f"`{one.name}`", one.of, f"{one.best:g}", one.meaning) for one in CALIBRATION_FIGURES
    ]
    return page(
        "Metrics",
        "Training, backtest, `compare` and `monitor` use the same definitions.",
        [table(("Metric", "Of", "Better", "Meaning"), rows)],
    )


def rules_page() -> str:
    """Return the rules on rows, on readiness and on monitoring."""
    data = [(f"`{r.name}`", r.meaning, r.handling, r.remedy) for r in DATA_RULES]
    ready = [(f"`{r.name}`", r.meaning, f"{r.wanted}, in {r.unit}") for r in READINESS_RULES]
    watch = [
        (f"`{r.name}`", r.meaning, f"`monitor.{r.limits}`", f"`{r.most}`") for r in MONITOR_RULES
    ]
    return page(
        "Rules",
        "Every rule is a row of data in the code.",
        [
            "## Rows of the sources\n\n" + table(("Rule", "Meaning", "Handling", "Remedy"), data),
            "## Readiness of a base\n\n" + table(("Rule", "What is measured", "Wanted"), ready),
            "## Monitoring\n\n" + table(("Rule", "Meaning", "Limits", "Worst verdict"), watch),
        ],
    )


def alerts_page() -> str:
    """Return the default alert rules with their conditions."""
    rows = [
        (
            f"`{r.name}`",
            r.meaning,
            " and ".join(f"`{c.column} {c.operator} {c.value}`" for c in r.when),
        )
        for r in default_rules()
    ]
    return page(
        "Alerts",
        "The default rules. [A config](config.md) adds, replaces or removes rules.",
        [table(("Alert", "Meaning", "Conditions"), rows)],
    )


def playbook_page() -> str:
    """Return the default plays with their conditions."""
    rows = [
        (
            f"`{play.name}`",
            " and ".join(f"`{c.column} {c.operator} {c.value}`" for c in play.when)
            or "everyone else",
            *(text.en if text else "" for text in (play.action, play.channel, play.offer)),
            play.owner.en if play.owner else "",
            str(play.deadline_days or ""),
        )
        for play in default_plays()
    ]
    headings = ("Play", "Conditions", "Action", "Channel", "Offer", "Owner", "Days")
    return page(
        "Playbook",
        "The default plays: the first that applies is a customer's action. "
        "[Your own](../playbook.md) replace them.",
        [table(headings, rows)],
    )


def personal_data_page() -> str:
    """Return every place of files: what personal data is there, and how it is erased."""
    ways = {
        "rows": "the customer's rows are removed; texts get a mark for the id",
        "dataset": "written anew without the customer, with its manifest",
        "file": "removed; the command that wrote it writes it again",
        "nothing": "holds no id; the search proves it",
    }
    folders = {"output": "output.path", "feature_store": "feature_store.path", "models": "models/"}
    rows = [
        (
            p.name,
            f"`{p.files}` in `{folders[p.root]}`",
            p.holds,
            ways[p.erase],
            f"`retention.{p.retention}`" if p.retention else "",
        )
        for p in PLACES
    ]
    headings = ("Place", "Files", "What is held of a customer", "`tiercast forget`", "Kept for")
    return page(
        "Personal data",
        "The first row that fits a file counts. See [Personal data](../privacy.md).",
        [table(headings, rows)],
    )


def features_page() -> str:
    """Return all features with their units and meanings."""
    return f"{FEATURES_HEAD}\n{feature_table()}\n"


def layouts_page() -> str:
    """Return the layouts that `init` knows: a table of them, then notes on each."""
    used = [layout for layout in layouts() if not layout.refused]
    refused = [layout for layout in layouts() if layout.refused]
    blocks = [LAYOUTS_HEAD, f"{table(LAYOUTS_COLUMNS, map(_cells, used))}\n"]
    blocks += ["## What to know of each\n", *(_notes(layout) for layout in used)]
    blocks += ["## Refused\n", *(f"- **{one.title}**: {one.refused}\n" for one in refused)]
    return "\n".join(blocks)


def _cells(layout: Layout) -> tuple[str, ...]:
    tried = (layout.select.get(role, ()) for role in ("customer_id", "ordered_at", "order_id"))
    return (layout.title, *(_first_names(one) for one in tried), layout.money, _left_out(layout))


def _first_names(tried: Iterable[str]) -> str:
    """Return the first column of each expression that is tried."""
    found = [[m for m in PLACE.finditer(one) if m.group(2) != "word"] for one in tried]
    names = dict.fromkeys(places[0].group(1).split("|")[0] for places in found if places)
    return " or ".join(f"`{name}`" for name in names) or "-"


def _left_out(layout: Layout) -> str:
    found = (match for tried in layout.where for one in tried for match in PLACE.finditer(one))
    names = dict.fromkeys(match.group(1).split("|")[0] for match in found)
    return ", ".join(f"`{name}`" for name in names) or "-"


def _notes(layout: Layout) -> str:
    once = " The amount is the order's; where lines repeat it, it counts once."
    notes = " ".join(layout.notes) + (once if layout.amount_is == "order" else "")
    return f"- **{layout.title}**: amount is {layout.money}. {notes}".rstrip() + "\n"


def cli_page() -> str:
    """Return the help of every command, as Typer writes it."""
    command = [
        sys.executable,
        "-m",
        "typer",
        "tiercast.cli.main",
        "utils",
        "docs",
        "--name",
        "tiercast",
    ]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return text.replace("# `tiercast`", "# Commands", 1)


def page(title: str, intro: str, parts: Iterable[str]) -> str:
    """Return a page of Markdown."""
    return (
        "\n\n".join([f"# {title}", "Written from the code by `make docs`.", intro, *parts]) + "\n"
    )


def table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a Markdown table; a bar inside a cell is escaped."""
    lines = [headings, ("---",) * len(headings), *rows]
    return "\n".join(
        "| " + " | ".join(" ".join(cell.split()).replace("|", r"\|") for cell in line) + " |"
        for line in lines
    )


PAGES: dict[str, Callable[[], str]] = {
    "features.md": features_page,
    "layouts.md": layouts_page,
    "reference/config.md": config_page,
    "reference/tables.md": tables_page,
    "reference/metrics.md": metrics_page,
    "reference/rules.md": rules_page,
    "reference/alerts.md": alerts_page,
    "reference/playbook.md": playbook_page,
    "reference/personal_data.md": personal_data_page,
    "reference/cli.md": cli_page,
}


def main() -> None:
    """Write all pages."""
    for name, made in PAGES.items():
        (DOCS / name).write_text(made(), encoding="utf-8")


if __name__ == "__main__":
    main()
