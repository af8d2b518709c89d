"""Registered versions side by side, and two of them in detail."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.owner import refuse_other_base
from tiercast.config.loading import load_config
from tiercast.config.message import Message
from tiercast.config.schema import Config
from tiercast.modeling.plugin_metrics import forecast_metrics
from tiercast.tracking.registry import (
    CHALLENGER,
    CHAMPION,
    ModelVersion,
    Version,
    find_version,
    load_label_version,
    load_version,
    versions,
)
from tiercast.training.comparison import (
    Notes,
    changed_features,
    changed_parameters,
    changed_tiers,
    days_of_both,
    past_metrics,
)
from tiercast.training.known_outcomes import JudgedVersion, known_outcomes, unlike
from tiercast.training.stored import stored_predictions

SHOWN = ("auc", "log_loss", "ece", "gini", "rmse", "total_bias", "interval_coverage")
COLUMNS = ("version", "aliases", "trained_as_of", "horizon_days", "value", "run_id", *SHOWN)


@dataclass(frozen=True)
class ModelComparison:
    """All versions, a row each, and how `version` differs from `against` (None: only one there).

    `metrics`: metric, ours, theirs, difference, low, high, verdict (`version` less `against` over
    the past cutoffs that both have on record, else over one that both can forecast, 95 %
    intervals). `features`: feature, change (new, gone).
    `parameters`: those that differ. `tiers`: tier by `against` (rows) and by `version` (columns),
    customers of the last scored day. Metrics and tiers of versions with different targets
    (`horizon_days`, `value`) are never set side by side: both tables are then empty, and the
    `notes`, which say what could not be compared, name the two.
    """

    versions: pd.DataFrame
    version: str | None
    against: str | None
    metrics: pd.DataFrame
    features: pd.DataFrame
    parameters: pd.DataFrame
    tiers: pd.DataFrame
    notes: tuple[str, ...]


def compare(
    config: Config | str | Path, version: Version | None = None, against: Version | None = None
) -> ModelComparison:
    """Return how versions did on past days, and what one changes against another.

    `version` (a number or an alias) is by default the challenger, or the newest that is not the
    champion; `against` the champion.

    Raises
    ------
    InputError
        There is no such version, or the output folder is another base's.
    """
    settings = load_config(config)
    settings.kind.refuse("compare")
    refuse_other_base(Path(settings.output.path), settings.name)
    known = versions(settings)
    table = pd.DataFrame([_row(row) for row in known], columns=list(COLUMNS))
    pair = _pair(settings, known, version, against)
    if pair is None:
        nothing = pd.DataFrame()
        return ModelComparison(table, None, None, nothing, nothing, nothing, nothing, ())
    return _detailed(settings, table, *pair)


def _row(row: ModelVersion) -> dict[str, object]:
    facts = {
        "version": row.version,
        "aliases": ", ".join(row.aliases),
        "trained_as_of": row.trained_as_of,
        "horizon_days": row.horizon_days,
        "value": row.value,
        "run_id": row.run_id,
    }
    return facts | {name: row.metrics.get(name) for name in SHOWN}


def _pair(
    config: Config, known: list[ModelVersion], version: Version | None, against: Version | None
) -> tuple[ModelVersion, ModelVersion] | None:
    """Return the two to compare; None where there is one at most and none was named."""
    if version is None and against is None and len(known) < 2:
        return None
    other = find_version(config, CHAMPION if against is None else against)
    if version is not None:
        return find_version(config, version), other
    rest = [row for row in known if row.version != other.version]
    challengers = [row for row in rest if CHALLENGER in row.aliases]
    return ((challengers or rest)[-1], other) if rest else None


def _detailed(
    config: Config, table: pd.DataFrame, version: ModelVersion, against: ModelVersion
) -> ModelComparison:
    load = load_version if config.kind.has_dates else load_label_version
    ours, theirs = (
        JudgedVersion(number, load(config, number), stored_predictions(config, number))
        for number in (version.version, against.version)
    )
    metrics, tiers, notes = _figures(config, ours, theirs)
    return ModelComparison(
        table,
        version.version,
        against.version,
        metrics,
        changed_features(ours.model, theirs.model),
        changed_parameters(version, against),
        tiers,
        notes,
    )


def _figures(
    config: Config, ours: JudgedVersion, theirs: JudgedVersion
) -> tuple[pd.DataFrame, pd.DataFrame, Notes]:
    """Return metrics and tiers of both with notes; of two targets neither, and why."""
    if apart := unlike(ours, theirs):
        note = Message.of("Metrics and tiers are not compared: {apart}", apart=apart)
        return pd.DataFrame(), pd.DataFrame(), (note,)
    measured = _metrics if config.kind.has_dates else _label_metrics
    metrics, about_metrics = measured(config, ours, theirs)
    tiers, about_tiers = changed_tiers(ours.model, theirs.model, OutputFolder.of(config))
    return metrics, tiers, (*about_metrics, *about_tiers)


def _metrics(
    config: Config, ours: JudgedVersion, theirs: JudgedVersion
) -> tuple[pd.DataFrame, Notes]:
    """Return the metrics of days that both have on record, or of one that both forecast now."""
    if days_of_both(ours.record, theirs.record):
        return _of_records(config, ours.record, theirs.record), ()
    mine, other, notes = known_outcomes(config, ours, theirs)
    return _of_records(config, mine, other), notes


def _label_metrics(
    config: Config, ours: JudgedVersion, theirs: JudgedVersion
) -> tuple[pd.DataFrame, Notes]:
    """Return the metrics of the customers whom neither saw: by the record of their folds."""
    mine, other = ours.record, theirs.record
    if mine is None or other is None:
        return pd.DataFrame(), ()
    # The tables may be of two days; the customers are the same.
    return _of_records(config, mine, other.assign(as_of=mine["as_of"].iloc[0])), ()


def _of_records(
    config: Config, mine: pd.DataFrame | None, other: pd.DataFrame | None
) -> pd.DataFrame:
    return past_metrics(mine, other, config.train.seed, forecast_metrics(config.plugins))
