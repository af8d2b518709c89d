"""The record of runs and registered models in MLflow."""
