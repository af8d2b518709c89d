"""The base class of all settings."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from tiercast.config.errors import ConfigError
from tiercast.config.nearest import nearest


class Settings(BaseModel):
    """Base of all settings: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with other values for some keys, checked as those of a file are.

        Raises
        ------
        ConfigError
            There is no such key (the message names the nearest one), or the value breaks a rule.
        """
        if not update:
            return super().model_copy(deep=deep)
        names = {field.alias or name: name for name, field in type(self).model_fields.items()}
        names |= {name: name for name in type(self).model_fields}
        for key in update:
            if key not in names:
                raise ConfigError(f"{type(self).__name__} has no key `{key}`; {_near(key, names)}")
        given = {names[key]: value for key, value in update.items()}
        checked = self._checked(given)
        return super().model_copy(
            update={name: getattr(checked, name) for name in given}, deep=deep
        )

    def _checked(self, given: Mapping[str, object]) -> Self:
        try:
            return self.model_validate({**dict(self), **given}, by_alias=False, by_name=True)
        except ValidationError as error:
            lines = (_message(self, detail["loc"], detail["msg"]) for detail in error.errors())
            raise ConfigError("\n".join(lines)) from None


def _near(key: str, names: Mapping[str, str]) -> str:
    """Return the remedy for an unknown key: the nearest one, or all keys."""
    near = nearest(key, names)
    return f"did you mean `{near}`?" if near else f"valid keys: {', '.join(names)}."


def _message(settings: Settings, loc: tuple[int | str, ...], message: str) -> str:
    # No value is shown: it may be an address with a password.
    key = ".".join(map(str, loc)) or type(settings).__name__
    text = message.removeprefix("Value error, ")
    return f"`{key}`: {text}{'' if text.endswith('.') else '.'}"
