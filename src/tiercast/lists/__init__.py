"""Lists of customers to act on, and the files that other tools import."""
