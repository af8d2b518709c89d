"""Alert rules and the sinks of alerts, as rows of data, never code."""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import Field, TypeAdapter, model_validator

from tiercast.config.errors import ConfigError
from tiercast.config.packaged import packaged_yaml
from tiercast.config.plugins import rows_of
from tiercast.config.settings import Settings

Order = Literal["<", "<=", ">", ">="]
Operator = Literal["<", "<=", ">", ">=", "==", "!=", "in", "not_in"]
SinkKind = Literal["file", "table", "webhook"]
ORDERS, LISTS = get_args(Order), ("in", "not_in")
# From a column without missing values, of pandas or Ibis, and a value to true and false.
COMPARISONS: Mapping[Operator, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "in": lambda column, values: column.isin(values),
    "not_in": lambda column, values: ~column.isin(values),
}
NAME = r"^[a-z][a-z0-9_]*$"


class Condition(Settings):
    """One comparison of a column with a number, a word or a list of them.

    A missing value meets no condition, `!=` and `not_in` included.
    """

    column: str
    """A column of the scores, the features or the profile; `previous_...` for the last scores."""
    operator: Operator
    """How the column is compared."""
    value: object
    """A number, a word, or a list of them for `in` and `not_in`."""

    @model_validator(mode="before")
    @classmethod
    def _lists_stay_as_they_are(cls, given: object) -> object:
        if isinstance(given, dict) and isinstance(given.get("value"), list):
            return {**given, "value": tuple(given["value"])}
        return given

    @model_validator(mode="after")
    def _value_fits_operator(self) -> Self:
        wants_list = self.operator in LISTS
        if wants_list != isinstance(self.value, tuple) or not self.values:
            wanted = "a list" if wants_list else "a single value"
            raise ValueError(f"{self._shown} needs {wanted}, but got {self.value!r}")
        kinds = (int, float) if self.operator in ORDERS else (int, float, str)
        for value in self.values:
            if not isinstance(value, kinds) or isinstance(value, bool) or not _finite(value):
                wanted = "numbers" if self.operator in ORDERS else "numbers or words"
                raise ValueError(f"{self._shown} compares with {wanted}, but got {value!r}")
        if len({isinstance(value, str) for value in self.values}) > 1:
            raise ValueError(f"{self._shown} mixes numbers and words, but got {self.value!r}")
        return self

    def compared(self, column: Any) -> Any:
        """Return where a column without missing values, of pandas or Ibis, meets the condition."""
        return COMPARISONS[self.operator](column, self.value)

    @property
    def values(self) -> tuple[object, ...]:
        """The values to compare with: one, or those of a list."""
        return self.value if isinstance(self.value, tuple) else (self.value,)

    @property
    def wants_text(self) -> bool:
        """Whether the column must be text."""
        return isinstance(self.values[0], str)

    @property
    def _shown(self) -> str:
        return f"the condition `{self.column} {self.operator}`"

    def __str__(self) -> str:
        """Return the condition as it is read: column, operator, value."""
        return f"{self.column} {self.operator} {', '.join(map(str, self.values))}"


class AlertRule(Settings):
    """An alert: its name, its meaning in words, and its conditions, which must all hold."""

    name: str = Field(pattern=NAME)
    """Name of the alert, as in the column `alerts`."""
    meaning: str = Field(min_length=1)
    """Its meaning in words."""
    when: tuple[Condition, ...] = Field(min_length=1)
    """Conditions; all must hold."""


class SinkConfig(Settings):
    """A sink of alerts: a file in the output, the table of its database, or a web address."""

    kind: SinkKind
    """A file in the output, the table `alerts` of its database, or a webhook."""
    name: str = Field(default="", pattern=r"^([a-z][a-z0-9_]*)?$")
    """Name of the sink; what was sent is recorded under it. Default: its kind."""
    url: str | None = Field(default=None, repr=False)
    """Address of a webhook."""
    timeout_seconds: float = Field(default=10.0, gt=0, le=300)
    """Longest time for a response, in seconds."""
    retries: int = Field(default=5, ge=0, le=20)
    """Further attempts after a failure."""
    backoff_seconds: float = Field(default=0.5, ge=0, le=60)
    """Pause after the first failure; it doubles each time."""

    @model_validator(mode="before")
    @classmethod
    def _named_by_its_kind(cls, given: object) -> object:
        if isinstance(given, dict) and isinstance(given.get("kind"), str):
            return {"name": given["kind"], **given}
        return given

    @model_validator(mode="after")
    def _url_of_a_webhook(self) -> Self:
        if (self.kind == "webhook") != (self.url is not None):
            raise ValueError(f"a sink needs a `url` if it is a webhook, but got kind {self.kind}")
        if self.url is not None and not _is_web_address(self.url):
            # The address may hold a key, so it is not shown.
            raise ValueError(
                f"the `url` of sink {self.name} must begin with http:// or https:// and name a "
                f"host, but got one that begins with {self.url.partition(':')[0][:12]!r}"
            )
        return self


class AlertsConfig(Settings):
    """Added rules (they replace default ones of the same name), rules left out, and sinks."""

    rules: tuple[AlertRule, ...] = ()
    """Rules in addition to the default ones, or replacing one of the same name."""
    without: tuple[str, ...] = ()
    """Names of default rules that are off."""
    sinks: tuple[SinkConfig, ...] = (SinkConfig(kind="file", name="file"),)
    """Where alerts are delivered."""

    @model_validator(mode="after")
    def _names_tell_apart(self) -> Self:
        for what, names in (
            ("rules", [rule.name for rule in self.rules]),
            ("sinks", [sink.name for sink in self.sinks]),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{what} must have names of their own, but got {twice} twice")
        return self

    def active(self, plugins: Sequence[str] = ()) -> tuple[AlertRule, ...]:
        """Return the rules that are on: the default ones, those of plugins, then those added.

        An added rule, or a plugin's, replaces an earlier one of the same name.

        Raises
        ------
        ConfigError
            `without` names a rule that is neither a default one nor a plugin's.
        """
        given = {rule.name: rule for rule in (*default_rules(), *plugin_rules(plugins))}
        unknown = sorted(set(self.without) - set(given))
        if unknown:
            raise ConfigError(
                f"`alerts.without` leaves out default rules ({', '.join(given)}), but got "
                f"{unknown}."
            )
        own = {rule.name: rule for rule in self.rules}
        earlier = {
            name: own.get(name, rule) for name, rule in given.items() if name not in self.without
        }
        return tuple({**earlier, **own}.values())


def plugin_rules(plugins: Sequence[str]) -> tuple[AlertRule, ...]:
    """Return the rules that plugins add."""
    return tuple(rule for _, rule in rows_of(plugins, "alert_rules", AlertRule))


@cache
def default_rules() -> tuple[AlertRule, ...]:
    """Return the rules of `alert_rules.yaml`, which come with the package."""
    rows = packaged_yaml("tiercast.config", "alert_rules.yaml")
    return TypeAdapter(tuple[AlertRule, ...]).validate_python(rows)


def _finite(value: object) -> bool:
    return not isinstance(value, float) or math.isfinite(value)


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
