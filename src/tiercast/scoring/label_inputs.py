"""What a label table is scored from: its rows, the model, and the scores before."""

import pyarrow as pa

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.config.errors import InputError
from tiercast.config.message import Message
from tiercast.config.progress import Progress
from tiercast.config.schema import Config
from tiercast.feature_store.history import History
from tiercast.features.label_table import LabelColumns
from tiercast.modeling.label_model import LabelFacts, LabelModel
from tiercast.scoring.columns import label_schema
from tiercast.scoring.conditions import RANKS, Rule, check_rules, column_kinds
from tiercast.scoring.inputs import ScoringInputs
from tiercast.scoring.playbook import check_plays
from tiercast.scoring.previous import PREVIOUS, last_scores_before
from tiercast.scoring.reach import idle_plays
from tiercast.scoring.version import choose_version
from tiercast.tracking.registry import Version, load_label_version


def label_inputs(
    history: History,
    settings: Config,
    wanted: Version | None,
    output: OutputFolder,
    progress: Progress,
) -> ScoringInputs:
    """Return what a label table is scored from, having shown what is odd about it.

    Raises
    ------
    InputError
        The table, the model, the rules of alerts or the plays do not fit together.
    """
    base, day = history.base, history.day
    version, chosen_notes = choose_version(settings, day, wanted)
    model = load_label_version(settings, version.version)
    columns = columns_of(history, model)
    previous = last_scores_before(output, day, model.facts.target)
    notes = (
        cross_section(model),
        *chosen_notes,
        *_outdated(model.facts, settings),
        *([previous.note] if previous.note else []),
        *idle_plays(settings, model.facts.tier_names, ()),
    )
    for note in notes:
        progress.say(note)
    rows = columns.rows(base.lead, day)
    return ScoringInputs(
        base=base,
        activity=None,
        model=model,
        version=version,
        as_of=day,
        customers=base.report.table(settings.kind.lead).rows_used,
        previous=previous,
        alert_rules=settings.alert_rules,
        rule_features=check_label_rules(settings, columns, rows.schema().to_pyarrow()),
        notes=(*history.notes, *notes),
        grid=None,
        outlying=None,
        orders=None,
        columns=columns,
    )


def cross_section(model: LabelModel) -> str:
    """Return what the scores of a label table mean, and what they cannot say."""
    return Message.of(
        "A cross-section: the risk is the share of customers with such columns whose label says "
        "that they left. The table has no dates, so the figures are optimistic about the future."
        if model.facts.value_feature is not None
        else "A cross-section: the risk is the share of customers with such columns whose label "
        "says that they left. The table has no dates, so the figures are optimistic about the "
        "future. Without a value column there are two risk bands in place of tiers, and no "
        "expected value."
    )


def columns_of(history: History, model: LabelModel) -> LabelColumns:
    """Return the columns of a table that a model can score; it needs no label.

    Raises
    ------
    InputError
        A column that the model was trained with is missing.
    """
    columns = LabelColumns.to_score(history.base)
    missing = sorted(set(model.feature_names) - set(columns.features))
    if missing:
        raise InputError(
            f"The model was trained with the columns {', '.join(missing)}, which "
            "`sources.customers` lacks now; add them or train again."
        )
    return columns


def check_label_rules(config: Config, columns: LabelColumns, rows: pa.Schema) -> tuple[str, ...]:
    """Return the features that rules of alerts and plays name, after a check of each column.

    Raises
    ------
    InputError
        A rule names a column that there is not, or compares it with what it cannot be.
    """
    all_rules: tuple[Rule, ...] = (*config.alert_rules, *config.plays)
    names = config.tiers.names
    with_value = columns.value_column is not None
    scored = label_schema(rows.field("customer_id").type, names, with_value=with_value)
    ranks = pa.schema([(name, pa.int64()) for name in RANKS])
    known = column_kinds(scored, PREVIOUS, ranks)
    kinds = column_kinds(scored, PREVIOUS, ranks, rows)
    check_rules(config.alert_rules, kinds)
    check_plays(config.plays, kinds, names)
    named = dict.fromkeys(c.column for rule in all_rules for c in rule.when)
    return tuple(name for name in named if name not in known)


def _outdated(facts: LabelFacts, config: Config) -> tuple[str, ...]:
    """Return a note on settings that changed after the training: a model keeps its own."""
    pairs = {
        "tiers.names": (facts.tier_names, config.tiers.names),
        "tiers.assign": (facts.assign, config.tiers.assign),
        "language": (facts.language, config.language),
    }
    changed = [f"`{name}`" for name, (then, now) in pairs.items() if then != now]
    if not changed:
        return ()
    return (
        Message.of(
            "The model keeps what it was trained for: {names}. Train again.", names=changed
        ),
    )
