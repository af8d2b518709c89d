"""Read a YAML file into a `Config`, with errors that name the key, the value and the remedy."""

from pathlib import Path
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tiercast.config.environment import all_values, expanded, secrets_of
from tiercast.config.errors import ConfigError
from tiercast.config.hiding import remember, replaced
from tiercast.config.nearest import nearest
from tiercast.config.schema import Config, SourceConfig, TableName
from tiercast.config.yaml_text import BadText, read_yaml

# Of a value in a wrong place; shorter values are numbers and words that a message must show.
SHORTEST_SECRET = 4
LONGEST_SHOWN = 200
DATA_ENDINGS = (
    *(".csv", ".tsv", ".txt", ".parquet", ".pq", ".xlsx", ".xlsm", ".xls", ".ods"),
    *(".json", ".jsonl", ".ndjson", ".gz", ".zip"),
)


def load_config(source: str | Path | Config) -> Config:
    """Return the settings in a YAML file; a `Config` is passed through.

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
    """Return validated settings; `origin` is the file's name for messages.

    From now on, values of the environment are secrets in all messages.

    Raises
    ------
    ConfigError
        The settings are no mapping, a variable is not set, or a value breaks a rule.
    """
    if not isinstance(settings, dict):
        raise ConfigError(f"{origin}: a config is a mapping of keys, but got {settings!r}.")
    given = expanded(settings, origin)
    remember(secrets_of(settings))
    try:
        return Config.model_validate(given)
    except ValidationError as error:
        lines = [f"{origin}: {_message(detail)}" for detail in _own(error.errors())]
        values = {v: n for v, n in all_values(settings).items() if len(v) >= SHORTEST_SECRET}
        raise ConfigError(replaced("\n".join(lines), values)) from None


def _read_yaml(path: Path) -> object:
    if path.name.lower().endswith(DATA_ENDINGS):
        raise ConfigError(
            f"{_shortened(str(path))} is a data file, but this command takes a config; run "
            f"`tiercast init {_shortened(str(path))}` first: it writes one."
        )
    try:
        return read_yaml(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        near = sorted(str(file) for file in Path("pipelines").glob("*.yaml"))
        hint = f" Configs here: {', '.join(near)}." if near else ""
        raise ConfigError(
            f"Config file not found: {path}.{hint} `tiercast init DATAFILE` writes one."
        ) from None
    except BadText as error:
        raise ConfigError(f"{path}: {error}.") from None
    except (IsADirectoryError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: a config is a YAML text file ({error}).") from None
    except OSError as error:
        raise ConfigError(
            f"{_shortened(str(path))}: cannot be read: {error.strerror}; name a config file."
        ) from None


def _shortened(path: str) -> str:
    return path if len(path) <= LONGEST_SHOWN else f"{path[:LONGEST_SHOWN]}..."


def _own(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """Return the errors without lists that are too short only since an item was refused."""
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
    if text.endswith(("...", "?")):
        return f"`{key or 'config'}`: {text}"
    text = text.removesuffix(".")
    shown = (
        "" if isinstance(detail["input"], dict | BaseModel) else f", but got {detail['input']!r}"
    )
    return f"`{key or 'config'}`: {text}{'' if 'but got' in text else shown}."


def _nearest(loc: tuple[int | str, ...]) -> str:
    valid = _valid_keys(loc[:-1])
    if near := nearest(str(loc[-1]), valid):
        return f"did you mean `{near}`?"
    return f"valid keys here: {', '.join(valid)}."


def _valid_keys(parents: tuple[int | str, ...]) -> list[str]:
    """Return the keys allowed at a place in the config, by the fields of its models."""
    model: type[BaseModel] = Config
    for part in parents:
        if part == "sources":
            return (
                list(get_args(TableName))
                if parents[-1] == part
                else list(SourceConfig.model_fields)
            )
        if isinstance(part, str):  # a number is an index of a list
            model = _inner_model(model, part)
    return [field.alias or name for name, field in model.model_fields.items()]


def _inner_model(model: type[BaseModel], field: str) -> type[BaseModel]:
    annotation = model.model_fields[field].annotation
    candidates = (annotation, *get_args(annotation))
    return next(c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel))
