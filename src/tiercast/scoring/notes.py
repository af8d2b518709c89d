"""What is odd about a day, a model or the scores before, as notes of a scoring."""

import datetime as dt

from tiercast.artifacts.dataset import manifest_of
from tiercast.config.message import Message
from tiercast.config.schema import Config
from tiercast.feature_store.history import History
from tiercast.features.assemble import season_clocks
from tiercast.modeling.customer_model import CustomerModel
from tiercast.scoring.grid_check import grid_notes
from tiercast.scoring.previous import PreviousScores
from tiercast.scoring.requirements import outdated_settings
from tiercast.scoring.version import ChosenModel
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.grid import GridAhead
from tiercast.snapshots.outlying import OutlyingOrders
from tiercast.snapshots.silence import Silence


def scoring_notes(
    history: History,
    settings: Config,
    chosen: ChosenModel,
    previous: PreviousScores,
    grid: GridAhead | None,
    outlying: OutlyingOrders | None,
) -> tuple[str, ...]:
    """Return the notes on a scoring, a sentence or more each."""
    model, day = chosen.model, chosen.as_of
    return (
        *chosen.notes,
        *outdated_settings(model.facts, settings),
        *_missing_horizons(model, settings),
        *_missing_groups(model, settings),
        *_freshness(history, day),
        *_without_orders(history.activity, day, settings),
        *_season(model, history.activity, day),
        *_certainty(model),
        *grid_notes(model, grid, day),
        *_outlying(outlying),
        *([previous.note] if previous.note else []),
        *_renamed_tiers(previous, model),
    )


def _missing_horizons(model: CustomerModel, config: Config) -> tuple[str, ...]:
    """Return a note where the config asks for further horizons that the model lacks."""
    known = {model.horizon_days, *model.further_days}
    missing = [str(days) for days in config.outlook.further_days if days not in known]
    if not missing:
        return ()
    return (
        f"The model has no forecasts of {', '.join(missing)} days, which `outlook.horizon_days` "
        "names: it was trained without them, or the history was too short for them then. Train "
        "again; `tiercast check CONFIG` says how much history they need.",
    )


def _missing_groups(model: CustomerModel, config: Config) -> tuple[str, ...]:
    """Return a note where the config asks for groups that the model does not know."""
    if config.by in (None, model.facts.by):
        return ()
    return (
        Message.of(
            "The model was trained without groups by {by}: tiers begin at the same amounts in all "
            "groups. Train again.",
            by=config.by,
        ),
    )


def _freshness(history: History, as_of: dt.date) -> tuple[str, ...]:
    """Return a note if there was no order for longer than usual before the scoring date."""
    daily = history.activity.daily_orders
    if as_of <= history.base.observed_until or not daily.before(as_of).any():
        return ()
    silence = Silence.of(daily, as_of)
    if silence.gaps <= 1:
        return ()
    return (
        f"The newest order is from {silence.last_day}, {silence.days} days before as_of {as_of} "
        f"({silence.gaps:.1f} usual gaps between order days): if orders are missing, everyone "
        "looks more overdue than they are.",
    )


def _without_orders(activity: CustomerActivity, as_of: dt.date, config: Config) -> tuple[str, ...]:
    """Return a note on customers who have lines before the day, but no order worth anything."""
    if config.has_contracts:
        return ()
    lines = activity.orders.filter(activity.orders.ordered_on < as_of)
    stands = lines.is_order & (lines.undone_on.isnull() | (lines.undone_on >= as_of))
    found = lines.group_by("customer_id").agg(ordered=stands.any())
    customers = int((~found.ordered).sum().fill_null(0).execute())
    if not customers:
        return ()
    note = (
        "{customers:,} customers are not scored: what they ordered and returned comes to 0 or "
        "less in each of their orders."
    )
    return (Message.of(note, customers=customers),)


def _season(model: CustomerModel, activity: CustomerActivity, as_of: dt.date) -> tuple[str, ...]:
    """Return a note where a model that uses last year's season cannot do so on this day."""
    (*_, clock) = season_clocks(activity, [as_of], model.facts.setting) or (None,)
    if clock is None or clock.is_open:
        return ()
    return (
        "The model goes by how busy the same weeks were a year ago, but as of this day it cannot "
        f"({clock.reason}): the horizon is taken to be as busy as the year's average. Train "
        "again.",
    )


def _certainty(model: CustomerModel) -> tuple[str, ...]:
    """Return a note where all past customers ordered within the horizon, or none did."""
    certainty = model.facts.certainty
    return (_sentence(certainty),) if certainty else ()


def _outlying(outlying: OutlyingOrders | None) -> tuple[str, ...]:
    """Return a note on orders far beyond all others."""
    if outlying is None:
        return ()
    again = "" if outlying.are_held else " Train again."
    return (f"{_sentence(outlying.describe())}{again}",)


def _renamed_tiers(previous: PreviousScores, model: CustomerModel) -> tuple[str, ...]:
    """Return a note where the scores before have tiers that the model does not know."""
    if previous.folder is None:
        return ()
    names = manifest_of(previous.folder).get("tiers", {})
    gone = [name for name in names if name not in model.facts.tier_names]
    if not gone:
        return ()
    return (
        f"The scores of {previous.as_of} have tiers of other names ({', '.join(gone)}): no change "
        "of tier is counted for the customers in them.",
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
