"""What a scored day knows of the orders before it: sums, stored beside its scores."""
