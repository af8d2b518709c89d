"""Read a YAML file into a `Config`, with errors that name the key, the value and the remedy."""

from pathlib import Path

from pydantic import ValidationError

from tiercast.config.environment import all_values, expanded, secrets_of
from tiercast.config.errors import ConfigError
from tiercast.config.hiding import remember, replaced
from tiercast.config.message import Message
from tiercast.config.rule_text import own, problem
from tiercast.config.schema import Config
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
        lines = [f"{origin}: {problem(detail, Config)}" for detail in own(error.errors())]
        values = {v: n for v, n in all_values(settings).items() if len(v) >= SHORTEST_SECRET}
        raise ConfigError(replaced("\n".join(lines), values)) from None


def _read_yaml(path: Path) -> object:
    if path.name.lower().endswith(DATA_ENDINGS):
        raise ConfigError.of(
            "{file} is a data file, but this command takes a config; run `tiercast init "
            "{file}` first: it writes one.",
            file=_shortened(str(path)),
        )
    try:
        return read_yaml(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        near = sorted(str(file) for file in Path("pipelines").glob("*.yaml"))
        here = Message.of(" Configs here: {files}.", files=near) if near else ""
        gone = "Config file not found: {path}.{here} `tiercast init DATAFILE` writes one."
        raise ConfigError.of(gone, path=path, here=here) from None
    except BadText as error:
        raise ConfigError(f"{path}: {error}.") from None
    except IsADirectoryError:
        folder = "{path} is a folder; name a config in it, a YAML file."
        raise ConfigError.of(folder, path=path) from None
    except UnicodeDecodeError as error:
        text = "{path}: a config is a YAML text file ({error})."
        raise ConfigError.of(text, path=path, error=error) from None
    except OSError as error:
        raise ConfigError.of(
            "{path} cannot be read: {error}; name a config file.",
            path=_shortened(str(path)),
            error=error.strerror,
        ) from None


def _shortened(path: str) -> str:
    return path if len(path) <= LONGEST_SHOWN else f"{path[:LONGEST_SHOWN]}..."
