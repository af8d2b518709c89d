"""The choice of the registered model that scores a date: it knows nothing after that date."""

import datetime as dt
from dataclasses import dataclass

from tiercast.config.errors import InputError
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
        raise InputError(
            f"No model of {config.name} was trained as of {as_of} or earlier (there are "
            f"{_shown(known)}): a later one knows what happened next. Run `tiercast train CONFIG "
            f"--as-of {as_of}`, or name one with --model-version."
        )
    wanted_target = _target_of_champion(known) or Target.of_config(config)
    alike = [row for row in early if row.forecasts(wanted_target)]
    chosen = max(alike or early, key=_age)
    about = "" if alike else f", which forecasts {chosen.target}, not {wanted_target},"
    note = (
        f"Version {chosen.version} (trained as of {chosen.trained_as_of}){about} is used: no "
        f"champion was trained as of {as_of} or earlier."
    )
    return chosen, (note,)


def _age(row: ModelVersion) -> tuple[dt.date, int]:
    return row.trained_as_of or dt.date.min, int(row.version)


def _target_of_champion(known: list[ModelVersion]) -> Target | None:
    return next((row.target for row in known if CHAMPION in row.aliases), None)


def _warning(chosen: ModelVersion, as_of: dt.date) -> tuple[str, ...]:
    if chosen.trained_as_of is None or chosen.trained_as_of <= as_of:
        return ()
    return (
        f"Version {chosen.version} was trained as of {chosen.trained_as_of}, after {as_of}: it "
        "knows what happened next, so these scores look better than they could have been.",
    )


def _shown(known: list[ModelVersion]) -> str:
    return ", ".join(f"version {row.version} as of {row.trained_as_of}" for row in known)
