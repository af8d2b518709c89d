"""What customers will do: one calibrated predictive distribution each, and why."""
