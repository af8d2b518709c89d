"""Build the report: stored tables in, one self-contained HTML file out."""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from importlib import resources
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.io import to_json
from plotly.offline import get_plotlyjs

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.owner import refuse_other_base
from tiercast.artifacts.text_file import write_text_atomically
from tiercast.config.schema import Config
from tiercast.reporting.actions import actions_section
from tiercast.reporting.backtest import backtest_section
from tiercast.reporting.campaigns import campaigns_section
from tiercast.reporting.categories import categories_section
from tiercast.reporting.cohort_charts import cohorts_section
from tiercast.reporting.contribution import contribution_section
from tiercast.reporting.drift import drift_section
from tiercast.reporting.excluded_rows import excluded_section
from tiercast.reporting.fairness import fairness_section
from tiercast.reporting.groups import group_chapters, groups_section
from tiercast.reporting.growing import growing_section
from tiercast.reporting.inputs import Inputs, read_inputs
from tiercast.reporting.label_chapters import LABEL_GROUPS
from tiercast.reporting.ledger import ledger_section
from tiercast.reporting.lifecycle import lifecycle_section
from tiercast.reporting.messages import MessageCatalogue, load_messages, of_horizons
from tiercast.reporting.migration import migration_section
from tiercast.reporting.model_quality import quality_section
from tiercast.reporting.new_returning import new_returning_section
from tiercast.reporting.next_orders import next_orders_section
from tiercast.reporting.outlook import outlook_section
from tiercast.reporting.overview import overview_section
from tiercast.reporting.past import past_section
from tiercast.reporting.rfm_map import rfm_section
from tiercast.reporting.section import Chart, Glossary, Note, Section
from tiercast.reporting.segments import segments_section
from tiercast.reporting.small_cells import shown_sections
from tiercast.reporting.tiers import tiers_section
from tiercast.reporting.trend import trend_section
from tiercast.reporting.usage import usage_section
from tiercast.reporting.worth_charts import worth_section
from tiercast.sources.workspace import workspace

ENTRIES = (
    "churn",
    "expected_value",
    "interval",
    "tier",
    "confidence",
    "segment",
    "rfm",
    "lifecycle",
    "value_at_stake",
    "median",
)


def glossary_section(inputs: Inputs, say: MessageCatalogue) -> Section:
    """Return the closing chapter."""
    entries = [(say(f"glossary.{name}.word"), say(f"glossary.{name}.means")) for name in ENTRIES]
    source = say(
        "glossary.source",
        name=inputs.config.name,
        version=inputs.model_version,
        date=say.date(inputs.as_of),
    )
    currency = inputs.config.currency
    money = (
        say("glossary.no_currency")
        if currency is None
        else say("glossary.currency", currency=currency)
    )
    parts = (Glossary(entries), Note(source), Note(money))
    return Section("glossary", say("glossary.title"), say("glossary.headline"), parts)


Chapter = Callable[[Inputs, MessageCatalogue], Section | None]
# The story in order; each group has a heading in the contents, `page.groups.<name>`.
GROUPS: Mapping[str, Sequence[Chapter]] = {
    "start": (overview_section,),
    "questions": (
        tiers_section,
        outlook_section,
        growing_section,
        next_orders_section,
        actions_section,
    ),
    "groups": (groups_section,),
    "change": (
        past_section,
        trend_section,
        new_returning_section,
        cohorts_section,
        migration_section,
        campaigns_section,
    ),
    "why": (
        segments_section,
        usage_section,
        contribution_section,
        categories_section,
        lifecycle_section,
        worth_section,
    ),
    "model": (
        quality_section,
        ledger_section,
        drift_section,
        backtest_section,
        fairness_section,
        excluded_section,
    ),
    "more": (rfm_section, glossary_section),
}


# Chapters that say nothing where payments follow from contracts.
OF_ORDERS = frozenset(
    {
        next_orders_section,
        new_returning_section,
        lifecycle_section,
        worth_section,
        excluded_section,
        rfm_section,
    }
)


def applicable(chapters: Sequence[Chapter], inputs: Inputs) -> list[Chapter]:
    """Return the chapters that apply to a base."""
    without = OF_ORDERS if inputs.config.has_contracts else frozenset()
    return [one for one in chapters if one not in without]


def build_report(config: Config, as_of: date | None = None, output: Path | None = None) -> Path:
    """Write the report of a scored date and return its path.

    One HTML file that needs no network: the newest scores below `config.output.path`, or those
    of `as_of`, with the features of the same customers and the evaluation of the model that
    scored. No model is loaded. The file appears whole or not at all.

    Parameters
    ----------
    config
        The customer base; `language` is the report's.
    as_of
        A scored date; None takes the latest.
    output
        The file to write; None takes `reports/as_of=YYYY-MM-DD.html` in the output folder.

    Raises
    ------
    InputError
        Nothing was scored (on that date), or the scores are another base's.
    OutputError
        The file cannot be written; the one before is still there.
    """
    refuse_other_base(Path(config.output.path), config.name)
    with workspace() as connection:
        inputs = read_inputs(connection, config, as_of)
        page = render(inputs)
    path = output or OutputFolder.of(config).report(inputs.as_of)
    write_text_atomically(path, page)
    return path


def render(inputs: Inputs) -> str:
    """Return the page of some stored tables."""
    target = inputs.target
    say = load_messages(
        inputs.config.language,
        horizon_days=target.horizon_days,
        worth=target.value,
        currency=inputs.config.currency,
        churn=inputs.config.outlook.churn,
        small_cells=inputs.config.report.small_cells,
    )
    say = of_horizons(say, inputs.horizons)
    groups = LABEL_GROUPS if target.outcome else GROUPS
    made = {
        name: [one(inputs, say) for one in applicable(chapters, inputs)]
        for name, chapters in groups.items()
    }
    if "groups" in made:
        made["groups"] += group_chapters(inputs, say)
    found = {
        name: [section for section in sections if section is not None]
        for name, sections in made.items()
    }
    shown = {name: shown_sections(sections, say) for name, sections in found.items()}
    return _page(inputs, say, {name: sections for name, sections in shown.items() if sections})


def _page(inputs: Inputs, say: MessageCatalogue, groups: Mapping[str, Sequence[Section]]) -> str:
    sections = [section for group in groups.values() for section in group]
    scripts = [Markup(get_plotlyjs()), Markup(_asset("charts.js"))]
    environment = Environment(
        loader=PackageLoader("tiercast.reporting", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    until = inputs.as_of + timedelta(days=max(inputs.target.horizon_days - 1, 0))
    return environment.get_template("page.html.jinja").render(
        say=say,
        name=inputs.config.name,
        ids=inputs.config.report.ids,
        subtitle=say(
            "label.subtitle" if inputs.target.outcome else "page.subtitle",
            day=say.date(inputs.as_of),
            until=say.date(until),
        ),
        groups=groups,
        sections=sections,
        figures=_figures(sections),
        style=Markup(_asset("style.css")),
        scripts=scripts,
        policy=_policy(scripts),
    )


def _figures(sections: Sequence[Section]) -> dict[str, Markup]:
    charts = [part for section in sections for part in section.parts if isinstance(part, Chart)]
    return {chart.id: script_safe(str(to_json(chart.figure))) for chart in charts}


def script_safe(json_text: str) -> Markup:
    r"""Return JSON that cannot end the script element it stands in, whatever its strings hold.

    Examples
    --------
    >>> print(script_safe('["</script>"]'))
    ["\u003c/script\u003e"]
    """
    for character in "<>&\u2028\u2029":
        json_text = json_text.replace(character, f"\\u{ord(character):04x}")
    return Markup(json_text)


def _policy(scripts: Sequence[str]) -> str:
    """Return the page's own rule for browsers: nothing is fetched, only our scripts run."""
    hashes = (b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts)
    ours = " ".join(f"'sha256-{value}'" for value in hashes)
    return f"default-src 'none'; script-src {ours}; style-src 'unsafe-inline'; img-src data:"


def _asset(name: str) -> str:
    return resources.files("tiercast.reporting").joinpath(name).read_text(encoding="utf-8")
