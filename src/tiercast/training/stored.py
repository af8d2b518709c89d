"""Where a training leaves what the report and later trainings read."""

import pandas as pd

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.config.schema import Config

PREDICTIONS = "predictions.parquet"
CARD = "model_card.md"


def stored_predictions(config: Config, version: str | int | None) -> pd.DataFrame | None:
    """Return a version's past forecasts, a row each; None where there are none here."""
    if version is None:
        return None
    file = OutputFolder.of(config).evaluation(version) / PREDICTIONS
    return pd.read_parquet(file) if file.exists() else None
