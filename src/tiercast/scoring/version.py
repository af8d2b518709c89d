"""The choice of the registered model that scores a date: it knows nothing after that date."""

import datetime as dt
from dataclasses import dataclass

from tiercast.config.errors import InputError
from tiercast.config.message import Message
from tiercast.config.schema import Config
from tiercast.modeling.customer_model import CustomerModel
from tiercast.modeling.target import Target
from tiercast.tracking.registry import (
    CHAMPION,
    ModelVersion,
    Version,
    find_version,
    load_version,
    versions,
)


@dataclass(frozen=True)
class ChosenModel:
    """The model that scores a day, its registered version, and notes on the choice."""

    as_of: dt.date
    version: ModelVersion
    model: CustomerModel
    notes: tuple[str, ...]


def choose_model(config: Config, as_of: dt.date, wanted: Version | None) -> ChosenModel:
    """Load the version that `choose_version` returns.

    Raises
    ------
    InputError
        There is no such version, none was trained early enough, or its files were changed.
    """
    version, notes = choose_version(config, as_of, wanted)
    return ChosenModel(as_of, version, load_version(config, version.version), notes)


def choose_version(
    config: Config, as_of: dt.date, wanted: Version | None
) -> tuple[ModelVersion, tuple[str, ...]]:
    """Return the version to score with, and notes on the choice.

    It is the `wanted` one if given; else the champion, if it was trained as of `as_of` or earlier;
    else the newest version that was, since a later one knows what happened after `as_of`. Versions
    with the champion's target go before others.

    Raises
    ------
    InputError
        There is no such version, or none was trained early enough.
    """
    if wanted is not None:
        chosen = find_version(config, wanted)
        return chosen, _warning(chosen, as_of)
    known = [row for row in versions(config) if row.trained_as_of is not None]
    early = [row for row in known if row.trained_as_of is not None and row.trained_as_of <= as_of]
    champions = [row for row in early if CHAMPION in row.aliases]
    if champions:
        return champions[0], ()
    if not early:
        find_version(config)  # raises where nothing was trained at all
        raise InputError.of(
            "No model of {name} was trained as of {day} or earlier (there are {known}): a "
            "later one knows what happened next. Run `tiercast train CONFIG --as-of {day}`, "
            "or name one with --model-version.",
            name=config.name,
            day=as_of,
            known=_shown(known),
        )
    wanted_target = _target_of_champion(known) or Target.of_config(config)
    alike = [row for row in early if row.forecasts(wanted_target)]
    chosen = max(alike or early, key=_age)
    return chosen, (_instead(chosen, as_of, None if alike else wanted_target),)


def _instead(chosen: ModelVersion, as_of: dt.date, wanted: Target | None) -> Message:
    """Return why a version is used that is no champion; `wanted` is what it does not forecast."""
    about = {"version": chosen.version, "trained": chosen.trained_as_of, "day": as_of}
    if wanted is None:
        return Message.of(
            "Version {version} (trained as of {trained}) is used: no champion was trained as of "
            "{day} or earlier.",
            **about,
        )
    return Message.of(
        "Version {version} (trained as of {trained}), which forecasts {target}, not {wanted}, is "
        "used: no champion was trained as of {day} or earlier.",
        target=chosen.target,
        wanted=wanted,
        **about,
    )


def _age(row: ModelVersion) -> tuple[dt.date, int]:
    return row.trained_as_of or dt.date.min, int(row.version)


def _target_of_champion(known: list[ModelVersion]) -> Target | None:
    return next((row.target for row in known if CHAMPION in row.aliases), None)


def _warning(chosen: ModelVersion, as_of: dt.date) -> tuple[str, ...]:
    if chosen.trained_as_of is None or chosen.trained_as_of <= as_of:
        return ()
    note = Message.of(
        "Version {version} was trained as of {trained}, after {day}: it knows what happened next, "
        "so these scores look better than they could have been.",
        version=chosen.version,
        trained=chosen.trained_as_of,
        day=as_of,
    )
    return (note,)


def _shown(known: list[ModelVersion]) -> tuple[Message, ...]:
    return tuple(
        Message.of("version {version} as of {day}", version=row.version, day=row.trained_as_of)
        for row in known
    )
