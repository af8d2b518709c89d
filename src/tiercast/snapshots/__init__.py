"""The one place that cuts time: history before a cutoff, labels after it."""
