"""The record of runs and registered models in MLflow."""

import os

# MLflow reads these when it is first imported, so they cannot wait for a call: no usage figures
# sent to its makers, no note on each table it creates, no bar for each copied file, no complaint
# about a missing git.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
