"""`tiercast init FILE`: look at a data file and write a config with its guesses marked."""

import glob
from dataclasses import dataclass
from pathlib import Path

import ibis.expr.types as ir
import yaml
from pydantic import ValidationError

from tiercast.artifacts.text_file import write_text_atomically
from tiercast.config.errors import InputError
from tiercast.config.loading import parse_config
from tiercast.config.schema import SourceConfig
from tiercast.contract.tables import TABLES
from tiercast.sources.column_look import look_at
from tiercast.sources.file_notes import take_notes
from tiercast.sources.guess import MapGuess, guess_map
from tiercast.sources.mapping import map_columns
from tiercast.sources.object_store import is_remote
from tiercast.sources.readers import open_source
from tiercast.sources.rhythm import SuggestedHorizon, order_rhythm, suggest_horizon
from tiercast.sources.samples import SAMPLE_SCHEME
from tiercast.sources.workspace import workspace
from tiercast.verbs.config_name import base_name, unique_name
from tiercast.verbs.config_text import Draft, config_text

PIPELINES = Path("pipelines")


@dataclass(frozen=True)
class InitResult:
    """The config written, the guesses in it, and what the user must mend before it works.

    `notes` say what of the files was not read as rows, and how their text was read.
    """

    path: Path
    guess: MapGuess
    horizon: SuggestedHorizon | None
    to_mend: tuple[str, ...]
    notes: tuple[str, ...] = ()


def init(
    file: str | Path,
    output: str | Path | None = None,
    *,
    force: bool = False,
    encoding: str | None = None,
    sheet: str | None = None,
) -> InitResult:
    """Guess the column map of an order file (any kind that is read, a glob or folder of them).

    The config goes to `output`, or to `pipelines/<name of the file>.yaml`. `encoding` and `sheet`
    are the source's keys of these names.

    Raises
    ------
    InputError
        The config is already there (and not `force`), or the file has no column that can be the
        customer, the time or the amount.
    """
    data = str(file)
    path = Path(output) if output is not None else PIPELINES / f"{base_name(data)}.yaml"
    if path.exists() and not force:
        raise InputError(f"{path} is there already; --force replaces it, --output names another.")
    _check_there(data)
    name = unique_name(data, {PIPELINES, path.parent})
    try:
        source = SourceConfig(path=data, encoding=encoding, sheet=sheet)
    except ValidationError as error:
        raise InputError(f"{error.errors()[0]['msg'].removeprefix('Value error, ')}.") from None
    guess, horizon, notes = _look_over(source)
    text = config_text(Draft(name, data, str(path), guess, horizon, source, notes))
    parse_config(yaml.safe_load(text), origin=str(path))
    write_text_atomically(path, text)
    return InitResult(path, guess, horizon, _to_mend(guess), notes)


def _check_there(data: str) -> None:
    is_plain = SAMPLE_SCHEME not in data and not glob.has_magic(data)
    if is_plain and not is_remote(data) and not Path(data).exists():
        raise InputError(
            f"No such file: {data}. Name a file (csv, xlsx, json, parquet, ...), or several by a "
            "pattern in quotes: 'orders/*.parquet'."
        )


def _look_over(
    source: SourceConfig,
) -> tuple[MapGuess, SuggestedHorizon | None, tuple[str, ...]]:
    data = str(source.path)
    with workspace() as connection:
        rows = open_source(connection, source)
        table = connection.create_table("looked_at", rows)
        guess = guess_map(look_at(table), data)
        notes = tuple(note.sentence for note in take_notes(connection))
        return guess, _horizon(table, guess, data), notes


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
