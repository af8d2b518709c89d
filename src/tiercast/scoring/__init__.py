"""The batch job: the whole base, streamed, one row per customer."""
