"""The settings of training: past cutoffs, tuning and the gate."""

from pydantic import Field

from tiercast.config.settings import Settings

# Metrics by which a challenger may have to beat the champion (rows of modeling/metrics.py); a
# plugin's metric of churn or value is allowed too.
GATE_METRICS = ("auc", "average_precision", "brier", "log_loss", "gini", "spearman", "mae", "rmse")


class TrainConfig(Settings):
    """How the model is trained: past cutoffs, tuning and the gate."""

    snapshots: int = Field(default=8, ge=1, le=100)
    """Number of past cutoffs that the model is trained on."""
    every_days: int | None = Field(default=None, ge=1)
    """Days between two cutoffs. Default: a third of the horizon, at least 7."""
    trials: int = Field(default=30, ge=0)
    """Number of tuning trials."""
    timeout_seconds: int | None = Field(default=None, ge=1)
    """No new trial starts after this time. The result then depends on the machine."""
    seed: int = Field(default=7, ge=0)
    """Seed of every random draw."""
    gate_metric: str = "log_loss"
    """The metric by which a new model must be better to become the champion."""
