"""Read a YAML file into a `Config`, with errors that name the key, the value and the remedy."""

import difflib
import os
import re
from pathlib import Path
from typing import get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tiercast.config.errors import ConfigError
from tiercast.config.schema import Config, SourceConfig, TableName

SHORTEST_SECRET = 4  # shorter values are numbers and words that a message must go on showing
ENV_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def load_config(source: str | Path | Config) -> Config:
    """Answer the settings in a YAML file; a `Config` is passed through.

    Raises
    ------
    ConfigError
        The file is missing, is not YAML, or breaks a rule.
    """
    if isinstance(source, Config):
        return source
    path = Path(source)
    return parse_config(_read_yaml(path), origin=str(path))


def parse_config(settings: object, *, origin: str) -> Config:
    """Answer validated settings; `origin` is the file's name for messages."""
    if not isinstance(settings, dict):
        raise ConfigError(f"{origin}: a config is a mapping of keys, but got {settings!r}.")
    try:
        return Config.model_validate(_expand(settings, origin))
    except ValidationError as error:
        lines = [f"{origin}: {_message(detail)}" for detail in _own(error.errors())]
        raise ConfigError(_hide_environment("\n".join(lines), settings)) from None


def _read_yaml(path: Path) -> object:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        near = sorted(str(file) for file in Path("pipelines").glob("*.yaml"))
        hint = f" Configs here: {', '.join(near)}." if near else ""
        raise ConfigError(
            f"Config file not found: {path}.{hint} `tiercast init DATAFILE` writes one."
        ) from None
    except (IsADirectoryError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: a config is a YAML text file ({error}).") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: not valid YAML: {error}") from None


def _expand(value: object, origin: str) -> object:
    """Replace `${NAME}` by the environment's value, so that secrets stay out of the file."""
    if isinstance(value, dict):
        return {key: _expand(item, origin) for key, item in value.items()}
    if isinstance(value, list):
        return [_expand(item, origin) for item in value]
    if isinstance(value, str):
        return ENV_REFERENCE.sub(lambda match: _environment(match[1], origin), value)
    return value


def _environment(name: str, origin: str) -> str:
    if name not in os.environ:
        raise ConfigError(f"{origin}: ${{{name}}} is used but not set in the environment; set it.")
    return os.environ[name]


def _hide_environment(message: str, settings: object) -> str:
    """Put `${NAME}` back where a message shows its value, which may be a secret."""
    for name in set(ENV_REFERENCE.findall(str(settings))):
        value = os.environ[name]
        if len(value) >= SHORTEST_SECRET:
            message = message.replace(value, f"${{{name}}}")
            message = message.replace(repr(value)[1:-1], f"${{{name}}}")
    return message


def _own(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out lists that are called too short for an item of theirs that was refused itself."""
    places = [detail["loc"] for detail in details]
    return [
        detail
        for detail in details
        if detail["type"] != "too_short"
        or not any(place[:-1][: len(detail["loc"])] == detail["loc"] for place in places)
    ]


def _message(detail: ErrorDetails) -> str:
    key = ".".join(str(part) for part in detail["loc"] if part != "[key]")
    if detail["type"] == "extra_forbidden":
        return f"unknown key `{key}`; {_nearest(detail['loc'])}"
    if detail["type"] == "missing":
        return f"key `{key}` is missing; add it."
    text = detail["msg"].removeprefix("Value error, ")
    shown = (
        "" if isinstance(detail["input"], dict | BaseModel) else f", but got {detail['input']!r}"
    )
    return f"`{key or 'config'}`: {text}{'' if 'but got' in text else shown}."


def _nearest(loc: tuple[int | str, ...]) -> str:
    valid = _valid_keys(loc[:-1])
    near = difflib.get_close_matches(str(loc[-1]), valid, n=1, cutoff=0.4)
    if near:
        return f"did you mean `{near[0]}`?"
    return f"valid keys here: {', '.join(valid)}."


def _valid_keys(parents: tuple[int | str, ...]) -> list[str]:
    """Answer the keys allowed below a place in the config, found by walking the models."""
    model: type[BaseModel] = Config
    for part in parents:
        if part == "sources":
            return (
                list(get_args(TableName))
                if parents[-1] == part
                else list(SourceConfig.model_fields)
            )
        if isinstance(part, str):  # a number is a place in a list
            model = _inner_model(model, part)
    return [field.alias or name for name, field in model.model_fields.items()]


def _inner_model(model: type[BaseModel], field: str) -> type[BaseModel]:
    annotation = model.model_fields[field].annotation
    candidates = (annotation, *get_args(annotation))
    return next(c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel))
