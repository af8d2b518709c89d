"""`tiercast init FILE`: look at a data file and write a config with its guesses marked."""

import glob
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import ibis.expr.types as ir
import yaml

from tiercast.artifacts.text_file import write_text_atomically
from tiercast.config.errors import InputError
from tiercast.config.loading import parse_config
from tiercast.config.progress import Silent
from tiercast.config.schema import SourceConfig
from tiercast.contract.tables import TABLES
from tiercast.sinks.recorded_run import recorded_here
from tiercast.sources.column_look import look_at
from tiercast.sources.guess import MapGuess, guess_map
from tiercast.sources.mapping import map_columns
from tiercast.sources.object_store import is_remote
from tiercast.sources.readers import open_source
from tiercast.sources.rhythm import SuggestedHorizon, order_rhythm, suggest_horizon
from tiercast.sources.samples import SAMPLE_SCHEME
from tiercast.sources.workspace import workspace
from tiercast.verbs.config_text import Draft, config_text

PIPELINES = Path("pipelines")
FALLBACK_NAME = "orders"


@dataclass(frozen=True)
class InitResult:
    """The config written, the guesses in it, and what the user must mend before it works."""

    path: Path
    guess: MapGuess
    horizon: SuggestedHorizon | None
    to_mend: tuple[str, ...]


def init(file: str | Path, output: str | Path | None = None, *, force: bool = False) -> InitResult:
    """Guess the column map of an order file (csv or parquet, a glob or folder of them).

    The config goes to `output`, or to `pipelines/<name of the file>.yaml`.

    Raises
    ------
    InputError
        The config is already there (and not `force`), or the file has no column that can be the
        customer, the time or the amount.
    """
    data = str(file)
    name = base_name(data)
    path = Path(output) if output is not None else PIPELINES / f"{name}.yaml"
    if path.exists() and not force:
        raise InputError(f"{path} is there already; --force replaces it, --output names another.")
    _check_there(data)
    guess, horizon = _look_over(data)
    text = config_text(Draft(name, data, str(path), guess, horizon))
    made = parse_config(yaml.safe_load(text), origin=str(path))
    with recorded_here(made, "init", Silent()):
        write_text_atomically(path, text)
    return InitResult(path, guess, horizon, _to_mend(guess))


def base_name(data: str) -> str:
    """Answer a name for the customer base, good for folders and MLflow, from a path or glob.

    Examples
    --------
    >>> base_name("exports/Orders 2024.csv.gz"), base_name("data/shop/*.parquet")
    ('orders_2024', 'shop')
    >>> base_name("订单.csv")
    'orders'
    >>> base_name("https://shop.example/sales.parquet?sig=a/b")
    'sales'
    """
    address = data.partition("?")[0] if is_remote(data) else data  # a signature names nothing
    for part in reversed(Path(address).parts):
        plain = unicodedata.normalize("NFKD", part.partition(".")[0].casefold())
        name = re.sub(r"[^a-z0-9]+", "_", plain.encode("ascii", "ignore").decode()).strip("_")
        if name and "*" not in part:
            return name
        if "*" not in part:
            break
    return FALLBACK_NAME


def _check_there(data: str) -> None:
    is_plain = SAMPLE_SCHEME not in data and not glob.has_magic(data)
    if is_plain and not is_remote(data) and not Path(data).exists():
        raise InputError(
            f"No such file: {data}. Name a csv or parquet file, or several by a pattern in "
            "quotes: 'orders/*.parquet'."
        )


def _look_over(data: str) -> tuple[MapGuess, SuggestedHorizon | None]:
    with workspace() as connection:
        rows = open_source(connection, SourceConfig(path=data))
        table = connection.create_table("looked_at", rows)
        guess = guess_map(look_at(table), data)
        return guess, _horizon(table, guess, data)


def _horizon(table: ir.Table, guess: MapGuess, data: str) -> SuggestedHorizon | None:
    columns = guess.columns
    if guess.unit_price:
        columns = {**columns, "amount": guess.unit_price.name}
    source = SourceConfig(path=data, columns=columns, time_format=guess.time_format)
    rhythm = order_rhythm(map_columns(table, TABLES["transactions"], source))
    return suggest_horizon(rhythm) if rhythm else None


def _to_mend(guess: MapGuess) -> tuple[str, ...]:
    if guess.unit_price is None:
        return ()
    return (
        f"`amount` is missing: `{guess.unit_price.name}` looks like the price of one piece. "
        "Add a column with the money of each row to the file, and map it.",
    )
