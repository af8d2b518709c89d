"""Grades of past scores, and drift since the training."""
