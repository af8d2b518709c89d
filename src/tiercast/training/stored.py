"""Where a training leaves what the report and later trainings read."""

from pathlib import Path

import pandas as pd

from tiercast.config.schema import Config

EVALUATION = "evaluation"
PREDICTIONS = "predictions.parquet"
CARD = "model_card.md"


def evaluation_folder(config: Config, version: str | int) -> Path:
    """Return where the past forecasts and the card of a version lie."""
    return Path(config.output.path) / EVALUATION / f"model_version={version}"


def stored_predictions(config: Config, version: str | int | None) -> pd.DataFrame | None:
    """Return a version's past forecasts; None where there are none here."""
    if version is None:
        return None
    file = evaluation_folder(config, version) / PREDICTIONS
    return pd.read_parquet(file) if file.exists() else None
