"""`tiercast features CONFIG`: one row per customer with every feature, as a file or a frame."""

import datetime as dt
import importlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import overload

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tiercast.artifacts.dataset import dictionary_columns
from tiercast.artifacts.staging import whole_file, writing
from tiercast.config.errors import InputError
from tiercast.config.loading import load_config
from tiercast.config.message import Message
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.feature_store.history import History, open_history
from tiercast.features.assemble import feature_panel, observed_event_types, observed_plans
from tiercast.features.btyd import CLOCK, KEPT
from tiercast.features.clv import STATISTICS, ClvModels
from tiercast.features.feature import Setting
from tiercast.sinks.recorded_run import recorded_here
from tiercast.snapshots.sample import sampled
from tiercast.sources.canonical import CustomerBase
from tiercast.sources.workspace import allow_panel

BATCH_ROWS = 50_000
MOST_FITTED = 500_000  # customers that the BTYD models are fitted on; more change nothing
CLV_INPUTS = [*STATISTICS, KEPT, "average_order_value"]
ENDING = ".parquet"


@overload
def features(
    config: Config | str | Path,
    as_of: dt.date | str | None = None,
    output: None = None,
    *,
    progress: Progress | None = None,
) -> pd.DataFrame: ...


@overload
def features(
    config: Config | str | Path,
    as_of: dt.date | str | None = None,
    *,
    output: str | Path,
    progress: Progress | None = None,
) -> Path: ...


@overload
def features(
    config: Config | str | Path,
    as_of: dt.date | str | None,
    output: str | Path,
    *,
    progress: Progress | None = None,
) -> Path: ...


def features(
    config: Config | str | Path,
    as_of: dt.date | str | None = None,
    output: str | Path | None = None,
    *,
    progress: Progress | None = None,
) -> pd.DataFrame | Path:
    """Return one row per customer with an order before `as_of`, sorted by customer_id.

    `as_of` is by default the day after the last order. Columns: customer_id, as_of, every feature
    of the base (`season_*` where the horizon has comparable weeks a year before it), the
    profile as given, and the `clv_*` columns of BTYD models fitted on the history before `as_of`.
    With `output` they are written to that parquet file, whose path is returned, and memory does
    not grow with the base; on Spark it is a folder of that name, whose parts the executors write,
    each sorted. Without, the whole base comes into memory, and nothing is written.

    Raises
    ------
    InputError
        Nobody ordered before `as_of`, or `output` is no name for a parquet file.
    """
    if output is not None:
        return features_file(config, as_of, output, progress=progress)
    settings, progress = load_config(config), progress or Silent()
    settings.kind.refuse("features")
    with _panel_and_models(settings, as_of, progress) as (_, _, panel, models):
        rows = _with_clv(panel, models, settings.outlook.horizon_days)
        return pa.concat_tables(rows).to_pandas()


def features_file(
    config: Config | str | Path,
    as_of: dt.date | str | None = None,
    output: str | Path | None = None,
    *,
    progress: Progress | None = None,
) -> Path:
    """Write what `features` returns, by default to `<output>/features_<as_of>.parquet`.

    Raises
    ------
    InputError
        As `features`.
    """
    settings, progress = load_config(config), progress or Silent()
    settings.kind.refuse("features")
    if output is not None:
        _check_name(Path(output), settings)
    with recorded_here(settings, "features", progress) as recorded:
        with _panel_and_models(settings, as_of, progress) as (base, day, panel, models):
            recorded.claim(day)
            path = Path(output or Path(settings.output.path) / f"features_{day}{ENDING}")
            progress.stage(Message.of("write {path}", path=path))
            _write_all(base, panel, models, path)
        return path


@contextmanager
def _panel_and_models(
    settings: Config, as_of: dt.date | str | None, progress: Progress
) -> Iterator[tuple[CustomerBase, dt.date, ir.Table, ClvModels]]:
    """Yield the features of a day, lazily, and the BTYD models fitted on them."""
    progress.stage("read and check the data")
    with open_history(settings, as_of, progress) as history:
        base = history.base
        allow_panel(base.connection)
        day = history.day
        progress.stage("count features")
        panel = _panel(history, day)
        progress.stage("fit the BTYD models")
        yield base, day, panel, _fit(panel, day)


def _write_all(base: CustomerBase, panel: ir.Table, models: ClvModels, path: Path) -> None:
    horizon_days = base.config.outlook.horizon_days
    if base.config.on_spark:
        spark = importlib.import_module("tiercast.verbs.spark_features")
        spark.write_features(base.connection, panel, models, horizon_days, path)
    else:
        _write(path, _with_clv(panel, models, horizon_days))


def _check_name(path: Path, config: Config) -> None:
    if path.suffix != ENDING or (path.is_dir() and not config.on_spark):
        raise InputError(f"Features are written to one file, NAME{ENDING}, but got {path}.")
    if config.on_spark and path.is_file():
        raise InputError(f"Spark writes features into a folder, but {path} is a file; remove it.")


def _panel(history: History, as_of: dt.date) -> ir.Table:
    panel = feature_panel(history.activity, [as_of], setting_of(history, as_of))
    return history.base.connection.create_table("panel", panel)


def setting_of(history: History, as_of: dt.date) -> Setting:
    """Return the setting of the features of a day, without a model."""
    config, activity = history.base.config, history.activity
    horizon_days = config.outlook.horizon_days
    on_clock = activity.daily_orders.clock(as_of, horizon_days).is_open
    events = observed_event_types(activity, as_of)
    plans, usage = observed_plans(activity, as_of), config.usage
    return Setting(horizon_days, events, on_clock, config.plugins, plans=plans, usage=usage)


def _fit(panel: ir.Table, as_of: dt.date) -> ClvModels:
    share = MOST_FITTED / max(1, int(panel.count().execute()))
    columns = ["customer_id", *_clv_inputs(panel.columns)]
    # In order: sums of another order of rows differ in the last bit.
    statistics = sampled(panel, share).select(columns).order_by("customer_id").to_pandas()
    if statistics.empty:
        raise InputError(
            f"No customer has an order of a positive amount before as_of={as_of}; check the sign "
            "of `amount` in the source, or use a later as_of."
        )
    return ClvModels.fit(statistics)


def _clv_inputs(columns: Sequence[str]) -> list[str]:
    """Return what the BTYD models read, by the season clock where the panel has one."""
    return [*CLV_INPUTS, *(name for name in CLOCK if name in columns)]


def _with_clv(panel: ir.Table, models: ClvModels, horizon_days: int) -> Iterator[pa.Table]:
    inputs = _clv_inputs(panel.columns)
    for batch in panel.order_by("customer_id").to_pyarrow_batches(chunk_size=BATCH_ROWS):
        rows = pa.Table.from_batches([batch])
        yield models.beside(rows, rows.select(inputs).to_pandas(), horizon_days)


def _write(path: Path, batches: Iterator[pa.Table]) -> None:
    with writing(path), whole_file(path) as aside:
        first = next(batches)
        columns = dictionary_columns(first.schema)
        with pq.ParquetWriter(
            aside, first.schema, compression="zstd", use_dictionary=columns
        ) as writer:
            writer.write_table(first)
            for rows in batches:
                writer.write_table(rows)
