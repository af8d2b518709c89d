"""Stored scores beside the features that were scored, as one frame."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from tiercast.artifacts.dataset import parts_of
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.owner import refuse_other_base
from tiercast.config.errors import InputError
from tiercast.config.loading import load_config
from tiercast.config.schema import Config


def scored_customers(
    config: Config | str | Path, as_of: dt.date | str | None = None
) -> pd.DataFrame:
    """Return the scores and features of each customer on a scored day (default: the last one).

    One row per customer, in the order of the scores: the score columns, then every feature and
    profile column of the same date. The whole base comes into memory.

    Raises
    ------
    InputError
        That date was not scored, its features are missing, or the folder is another base's.
    """
    settings = load_config(config)
    output = OutputFolder.of(settings)
    refuse_other_base(output.path, settings.name)
    day = output.scored_day(as_of)
    scores, features = rows_in(output.scores(day)), rows_in(output.features(day))
    known = features.drop(columns="as_of")
    return scores.merge(known, on="customer_id", how="left", validate="one_to_one")


def rows_in(folder: Path) -> pd.DataFrame:
    """Return the rows of a scored day's folder, part after part.

    Raises
    ------
    InputError
        The folder holds no parts.
    """
    parts = parts_of(folder)
    if not parts:
        raise InputError(f"{folder} holds no part-*.parquet; run `tiercast score CONFIG` again.")
    # The folder's `as_of=` is in the rows too; taken from the path it would replace theirs.
    return pd.concat(
        [pq.read_table(part, partitioning=None).to_pandas() for part in parts], ignore_index=True
    )
