"""What came of past scores, and how far the base has moved from the training."""
