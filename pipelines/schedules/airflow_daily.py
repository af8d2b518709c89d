"""Airflow: daily scores of one customer base, and a new model where the monitor asks for it.

Copy it into the DAG folder. It calls the command line alone, so that the workers need no package
of the project but an installation at TIERCAST_HOME. `tiercast monitor` ends with 0 (fine), which
skips the training, or 3 (retrain), which lets it run; every other code fails the task.
"""

import datetime as dt
import os

from airflow import DAG
from airflow.operators.bash import BashOperator

HOME = os.environ.get("TIERCAST_HOME", "/opt/tiercast")
CONFIG = os.environ.get("TIERCAST_CONFIG", "pipelines/orders.yaml")
DAY = "{{ data_interval_end | ds }}"  # named, so that orders which stopped coming are noticed
SKIP = 99  # BashOperator's code for "skip what follows"

STEPS = {
    "check": "tiercast --log-format json check $CONFIG",
    "score": "tiercast --log-format json score $CONFIG --as-of $DAY",
    "report": "tiercast --log-format json report $CONFIG",
    "alerts": "tiercast --log-format json alerts $CONFIG",
    "monitor": "tiercast --log-format json monitor $CONFIG --as-of $DAY "
    f"&& exit {SKIP} || test $? -eq 3",
    "train": "tiercast --log-format json train $CONFIG",
}

with DAG(
    "tiercast_daily",
    start_date=dt.datetime(2024, 1, 1),
    schedule="15 5 * * *",
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": dt.timedelta(minutes=10)},
):
    before = None
    for name, command in STEPS.items():
        task = BashOperator(
            task_id=name,
            bash_command=command,
            cwd=HOME,
            env={"CONFIG": CONFIG, "DAY": DAY, "PATH": f"{HOME}/.venv/bin:/usr/bin:/bin"},
            append_env=True,
            skip_on_exit_code=SKIP,
        )
        if before is not None:
            before >> task
        before = task
