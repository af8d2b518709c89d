"""How many customers and rows the component models need."""

FEWEST_ROWS = 200  # below it trees fit noise: the BTYD models predict alone
SMALL_BASE = 500  # customers at a past cutoff: with fewer the BTYD models lead
