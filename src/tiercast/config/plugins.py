"""Plugins: rows that installed packages add, named by the config, never loaded from a path.

A package offers a `Plugin` as an entry point of the group `tiercast.plugins`; a config's
`plugins` names the ones to use. The layer that uses a kind of row checks its rows.
"""

import difflib
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal, ParamSpec, TypeVar, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from tiercast.config.errors import ConfigError, InputError
from tiercast.config.nearest import hint

GROUP = "tiercast.plugins"
Kind = Literal["features", "metrics", "alert_rules", "contenders", "members"]
Row = TypeVar("Row")
Params = ParamSpec("Params")
Result = TypeVar("Result")
LONGEST_SHOWN = 300  # of an error of a plugin's code


@dataclass(frozen=True)
class Plugin:
    """The rows that a package adds: `Feature`, `Metric`, `AlertRule`, `Contender`, `Member`."""

    features: tuple[Any, ...] = ()
    metrics: tuple[Any, ...] = ()
    alert_rules: tuple[Any, ...] = ()
    contenders: tuple[Any, ...] = ()
    members: tuple[Any, ...] = ()


def described(name: str) -> str:
    """Return one line on a plugin: its version, and the names of its rows by kind."""
    rows = {kind: [str(one.name) for one in _rows(name, kind)] for kind in get_args(Kind)}
    added = [
        f"{kind.replace('_', ' ')} {', '.join(names)}" for kind, names in rows.items() if names
    ]
    return f"Plugin {name} {versions_of([name])[name]} adds {'; '.join(added) or 'nothing'}."


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
                f"Plugin `{plugin}`: `{kind}` holds rows of {row.__name__}, but one is a "
                f"{type(one).__name__}; move it, or leave it out."
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


@contextmanager
def own_code(plugin: str, what: str, *expected: type[Exception]) -> Iterator[None]:
    """Run code of a plugin: an error that is not `expected` names it, its file and its line.

    Raises
    ------
    ConfigError
        The code failed; `what` is the row that it belongs to.
    """
    try:
        yield
    except Exception as error:  # code of others may raise anything
        if isinstance(error, (InputError, MemoryError, *expected)):
            raise
        raise ConfigError(
            f"Plugin `{plugin}`: {what} failed{_place(plugin, error)}: {_reason(error)} Mend it, "
            "or leave the plugin out of `plugins`."
        ) from error


def guarded(
    plugin: str, what: str, function: Callable[Params, Result], *expected: type[Exception]
) -> Callable[Params, Result]:
    """Return a function of a plugin whose errors name it, as `own_code` does."""

    @wraps(function)
    def run(*args: Params.args, **named: Params.kwargs) -> Result:
        with own_code(plugin, what, *expected):
            return function(*args, **named)

    return run


def _place(plugin: str, error: Exception) -> str:
    """Return the file and line of the plugin's package where an error arose, in brackets."""
    if isinstance(error, SyntaxError) and error.filename:
        return f" ({error.filename}, line {error.lineno})"
    points = [point for point in entry_points(group=GROUP) if point.name == plugin]
    packages = {point.module.split(".")[0] for point in points}
    lines = [
        (frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if str(frame.f_globals.get("__name__", "")).split(".")[0] in packages
    ]
    return " ({}, line {})".format(*lines[-1]) if lines else ""


def _reason(error: Exception) -> str:
    """Return what went wrong as a sentence of one line."""
    columns = getattr(getattr(error, "obj", None), "columns", None)
    if isinstance(error, AttributeError) and columns is not None:
        name = str(error.name)
        return f"there is no column `{name}`; {hint(name, [str(one) for one in columns])}"
    if isinstance(error, ValidationError):  # of a row, such as an alert rule
        text = f"{error.title}: {'; '.join(_detail(one) for one in error.errors())}"
    else:
        text = f"{type(error).__name__}: {' '.join(str(error).split())}"
    short = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
    return f"{short.rstrip('.: ')}."


def _detail(detail: ErrorDetails) -> str:
    key = ".".join(str(part) for part in detail["loc"])
    what = detail["msg"].removeprefix("Value error, ")
    shown = "" if "but got" in what else f", but got {detail['input']!r}"
    return f"`{key}`: {what}{shown}" if key else what


def _offered() -> set[str]:
    return {point.name for point in entry_points(group=GROUP)}


def _plugin(name: str) -> Plugin:
    point = _point(name)
    with own_code(name, f"the import of {point.value}"):
        found = point.load()
    if not isinstance(found, Plugin):
        raise ConfigError(
            f"Plugin `{name}` ({point.value}) must be a tiercast.Plugin, but is a "
            f"{type(found).__name__}; write `Plugin(features=(...), ...)`."
        )
    return found


def _rows(name: str, kind: Kind) -> Sequence[Any]:
    rows = getattr(_plugin(name), kind)
    if not isinstance(rows, tuple | list):
        raise ConfigError(
            f"Plugin `{name}`: `{kind}` must be a tuple of rows, but is a {type(rows).__name__}; "
            f"write `{kind}=(row,)`, with a comma also after a single row."
        )
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
