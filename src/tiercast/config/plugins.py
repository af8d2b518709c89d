"""Plugins: rows that installed packages add, named by the config, never loaded from a path.

A package offers a `Plugin` as an entry point of the group `tiercast.plugins`; a config's
`plugins` names the ones to use. The layer that uses a kind of row checks its rows.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal, TypeVar

from tiercast.config.errors import ConfigError, InputError

GROUP = "tiercast.plugins"
Kind = Literal["features", "metrics", "alert_rules", "contenders", "members"]
Row = TypeVar("Row")


@dataclass(frozen=True)
class Plugin:
    """The rows that a package adds: `Feature`, `Metric`, `AlertRule`, `Contender`, `Member`."""

    features: tuple[Any, ...] = ()
    metrics: tuple[Any, ...] = ()
    alert_rules: tuple[Any, ...] = ()
    contenders: tuple[Any, ...] = ()
    members: tuple[Any, ...] = ()


def unknown_plugins(names: Iterable[str]) -> str | None:
    """Return a message on names that no installed package offers; None if there are none."""
    requested = tuple(names)
    known = _offered() if requested else set()  # a search of installed packages takes time
    for name in requested:
        if name not in known:
            return f"no installed package offers the plugin `{name}`; {_remedy(name, known)}"
    return None


def check_installed(trained_with: Mapping[str, str]) -> None:
    """Refuse a model that was trained with a plugin which is not installed.

    Raises
    ------
    InputError
        The message names the plugin and the version that the model was trained with.
    """
    known = _offered() if trained_with else set()
    for name, version in trained_with.items():
        if name not in known:
            raise InputError(
                f"The model was trained with the plugin `{name}` (version {version}), which no "
                "installed package offers here; install it, use a version of the model trained "
                "without it, or train again."
            )


def versions_of(names: Iterable[str]) -> dict[str, str]:
    """Return the version of the package behind each plugin."""
    points = {name: _point(name) for name in names}
    return {name: p.dist.version if p.dist else "unknown" for name, p in points.items()}


def packages_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return the packages behind plugins as pip's requirements, such as `my-shop==1.2`."""
    dists = (_point(name).dist for name in names)
    return tuple(dict.fromkeys(f"{d.name}=={d.version}" for d in dists if d is not None))


def rows_of(names: Sequence[str], kind: Kind, row: type[Row]) -> tuple[tuple[str, Row], ...]:
    """Return the rows of a kind that plugins add, each with its plugin's name.

    Raises
    ------
    ConfigError
        A plugin is unknown, cannot be imported, or has other rows; or two
        rows have one name.
    """
    found = tuple((name, one) for name in names for one in _rows(name, kind))
    taken: dict[str, str] = {}
    for plugin, one in found:
        if not isinstance(one, row):
            raise ConfigError(
                f"Plugin `{plugin}`: `{kind}` holds rows of {row.__name__}, but got {one!r}."
            )
        name = str(getattr(one, "name", ""))
        if name in taken:
            raise ConfigError(
                f"Plugins `{taken[name]}` and `{plugin}` both add `{name}` to {kind}; rename one."
            )
        taken[name] = plugin
    return found


def refuse_taken(rows: Iterable[tuple[str, str]], taken: Iterable[str], what: str) -> None:
    """Refuse rows (plugin, name) with a name of tiercast's own.

    Raises
    ------
    ConfigError
        A row has such a name.
    """
    known = set(taken)
    for plugin, name in rows:
        if name in known:
            raise ConfigError(
                f"Plugin `{plugin}`: the {what} `{name}` is one of tiercast's own; rename it."
            )


def _offered() -> set[str]:
    return {point.name for point in entry_points(group=GROUP)}


def _plugin(name: str) -> Plugin:
    point = _point(name)
    try:
        found = point.load()
    except (ImportError, AttributeError) as error:
        raise ConfigError(
            f"Plugin `{name}` ({point.value}) cannot be imported: {error}; mend the package, or "
            "leave it out of `plugins`."
        ) from error
    if not isinstance(found, Plugin):
        raise ConfigError(f"Plugin `{name}` ({point.value}) must be a tiercast.Plugin: {found!r}.")
    return found


def _rows(name: str, kind: Kind) -> Sequence[Any]:
    rows = getattr(_plugin(name), kind)
    if not isinstance(rows, tuple | list):
        raise ConfigError(f"Plugin `{name}`: `{kind}` must be a tuple of rows, but is {rows!r}.")
    return rows


def _point(name: str) -> EntryPoint:
    found = [point for point in entry_points(group=GROUP) if point.name == name]
    if not found:
        raise ConfigError(f"plugins: {unknown_plugins([name])}")
    values = sorted({point.value for point in found})
    if len(values) > 1:
        raise ConfigError(f"Several packages offer the plugin `{name}`: {', '.join(values)}.")
    return found[0]


def _remedy(name: str, known: set[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.4)
    if near:
        return f"did you mean {' or '.join(f'`{one}`' for one in near)}?"
    if known:
        return f"there are {', '.join(sorted(known))}."
    return f"none is installed: `pip install` the package whose entry point ({GROUP}) it is."
