"""The report: scores and evaluation turned into one self-contained page."""
