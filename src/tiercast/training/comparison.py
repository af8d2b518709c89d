"""What one version changes against another: metrics, features, parameters and tiers."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from tiercast.artifacts.dataset import parts_of
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.targets import SortedDays
from tiercast.config.message import Message, named
from tiercast.modeling.bootstrap import MetricComparison, compare_metrics, verdict
from tiercast.modeling.evaluation import ForecastTable
from tiercast.modeling.metrics import METRICS, Metric
from tiercast.modeling.tiered_model import TieredModel
from tiercast.tracking.registry import ModelVersion, parameters
from tiercast.training.gate import shared_customers

MOST_CUSTOMERS = 100_000  # whose tiers are compared: parts hold customers by a hash of their id
OURS, THEIRS = "ours", "theirs"
Notes = tuple[str, ...]


def past_metrics(
    ours: pd.DataFrame | None,
    theirs: pd.DataFrame | None,
    seed: int,
    metrics: Sequence[Metric] = METRICS,
) -> pd.DataFrame:
    """Return each metric of both, means over the past days that both forecast; no rows: none.

    Columns: metric, ours, theirs, difference, low, high (95 %), verdict.
    """
    days = days_of_both(ours, theirs)
    if ours is None or theirs is None or not days:
        return pd.DataFrame()
    pairs = [map(ForecastTable.of, shared_customers(ours, theirs, day)) for day in days]
    origins = [dict(zip((OURS, THEIRS), pair, strict=True)) for pair in pairs]
    comparisons = [MetricComparison(metric, OURS, THEIRS) for metric in metrics]
    found = compare_metrics(comparisons, origins, seed)
    found.insert(0, "metric", [metric.name for metric in metrics])
    found["verdict"] = [
        verdict(metric, low, high)
        for metric, low, high in zip(metrics, found["low"], found["high"], strict=True)
    ]
    return found


def days_of_both(ours: pd.DataFrame | None, theirs: pd.DataFrame | None) -> list[dt.date]:
    """Return the past days that both forecast, oldest first."""
    return sorted(_days(ours) & _days(theirs))


def changed_features(ours: TieredModel, theirs: TieredModel) -> pd.DataFrame:
    """Return the features that only one of them looks at, as feature and change (new, gone)."""
    mine, other = set(ours.feature_names), set(theirs.feature_names)
    rows = [(name, "new") for name in sorted(mine - other)]
    rows += [(name, "gone") for name in sorted(other - mine)]
    return pd.DataFrame(rows, columns=["feature", "change"])


def changed_parameters(ours: ModelVersion, theirs: ModelVersion) -> pd.DataFrame:
    """Return a row per run parameter that differs: parameter, ours, theirs."""
    mine, other = parameters(ours), parameters(theirs)
    rows = [
        (name, mine.get(name), other.get(name))
        for name in sorted(mine | other)
        if mine.get(name) != other.get(name)
    ]
    return pd.DataFrame(rows, columns=["parameter", OURS, THEIRS])


def changed_tiers(
    ours: TieredModel, theirs: TieredModel, output: OutputFolder
) -> tuple[pd.DataFrame, Notes]:
    """Return customers by their tier (rows) and ours (columns), last scored day, and notes.

    Both forecast one target, and so did the scores of that day.
    """
    ours, theirs = ours.main_alone, theirs.main_alone  # what tiers go by
    target = ours.facts.target
    scored = set(output.scored_dates()) & set(output.feature_dates())
    found = output.sort_days(scored, target)
    days = found.alike
    if not days:
        return pd.DataFrame(), (_nobody(found),)
    frame, share = _scored_features(output.features(days[-1]))
    for model in (ours, theirs):
        missing = sorted(set(model.input_columns) - set(frame.columns))
        if missing:
            text = Message.of(
                "The features of {day} lack {missing}: no tiers compared.",
                day=days[-1],
                missing=missing[:3],
            )
            return pd.DataFrame(), (text,)
    tiers = {name: _tiers(model, frame) for name, model in ((OURS, ours), (THEIRS, theirs))}
    names = [model.facts.tier_names for model in (ours, theirs)]
    about = _about(tiers, names, days[-1], share)
    return _crossed(tiers, ours, theirs), (about,)


def _days(tiers: pd.DataFrame | None) -> set[dt.date]:
    return set() if tiers is None or tiers.empty else set(tiers["as_of"])


def _scored_features(folder: Path) -> tuple[pd.DataFrame, float]:
    """Return the features of a day's first parts, and which share of the customers these are."""
    parts = parts_of(folder)
    rows = [pq.read_metadata(part).num_rows for part in parts]
    taken = max(1, int((pd.Series(rows).cumsum() <= MOST_CUSTOMERS).sum()))
    frames = [pq.read_table(part, partitioning=None).to_pandas() for part in parts[:taken]]
    return pd.concat(frames, ignore_index=True), sum(rows[:taken]) / sum(rows)


def _tiers(model: TieredModel, frame: pd.DataFrame) -> pd.Series:
    return model.predict(frame[model.input_columns])["tier"]


def _crossed(tiers: dict[str, pd.Series], ours: TieredModel, theirs: TieredModel) -> pd.DataFrame:
    counts = pd.crosstab(tiers[THEIRS], tiers[OURS])
    return counts.reindex(
        index=list(theirs.facts.tier_names), columns=list(ours.facts.tier_names), fill_value=0
    )


def _nobody(found: SortedDays) -> str:
    others = found.left_out()
    if not others:
        return Message.of("Nobody was scored yet, so no tier can change.")
    return Message.of(
        "No tiers compared: no scores forecast {target}; those there are: {others}.",
        target=found.target,
        others=others,
    )


def _about(
    tiers: dict[str, pd.Series], names: Sequence[tuple[str, ...]], day: dt.date, share: float
) -> str:
    if len(set(names)) > 1:
        mine, other = ([named("tier", name) for name in one] for one in names)
        line = "The versions name other tiers ({mine}; {other}): none is the same in both."
        return Message.of(line, mine=mine, other=other)
    return Message.of(
        "{moved:,} of {customers:,} customers of {day} would change tier."
        if share == 1
        else "{moved:,} of {customers:,} customers of {day} would change tier (of a sample of "
        "{share:.0%} of the base).",
        moved=int((tiers[OURS] != tiers[THEIRS]).sum()),
        customers=len(tiers[OURS]),
        day=day,
        share=share,
    )
