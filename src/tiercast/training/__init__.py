"""From snapshots to a registered model: panel, tuning, evaluation and the gate."""
