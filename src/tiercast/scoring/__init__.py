"""The batch job: scores the whole base, one row per customer, a batch in memory at a time."""
