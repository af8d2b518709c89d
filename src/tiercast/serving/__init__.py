"""Live scores over HTTP: the numbers of the batch, for one customer at a time."""
