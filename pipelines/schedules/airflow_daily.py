"""Airflow: daily scores of one customer base, and a training if `monitor` asks for it.

Copy this file into the DAG folder. It only uses the command line. So the workers need no Python
package of the project, but an installation at TIERCAST_HOME.

A step that ends with 1 (disk, database, network) is retried. A step that ends with another code
than the expected one fails at once: bad input (2) stays bad. `tiercast monitor` ends with 0 (fine)
or 3 (retrain). After 0 only the training is skipped, after 3 it runs. The report comes after
migration and monitor, because it shows their results.
"""

import datetime as dt
import os

from airflow import DAG
from airflow.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from airflow.operators.bash import BashOperator

HOME = os.environ.get("TIERCAST_HOME", "/opt/tiercast")
CONFIG = os.environ.get("TIERCAST_CONFIG", "pipelines/orders.yaml")
DAY = "{{ data_interval_end | ds }}"  # named, so that `monitor` notices missing new orders
DONE, FAILED, RETRAIN = 0, 1, 3  # exit codes

STEPS = {
    "check": "tiercast --log-format json check $CONFIG",
    "score": "tiercast --log-format json score $CONFIG --as-of $DAY",
    "migration": "tiercast --log-format json migration $CONFIG",
    "monitor": "tiercast --log-format json monitor $CONFIG --as-of $DAY",
    "report": "tiercast --log-format json report $CONFIG",
    "alerts": "tiercast --log-format json alerts $CONFIG",
    "train": "tiercast --log-format json train $CONFIG",
}
GOES_ON = {"monitor": RETRAIN}  # exit code after which the next step runs; others: DONE
RULES = {"report": "none_failed"}  # after "fine", monitor counts as skipped; the report still runs


class Step(BashOperator):
    """A command whose exit code decides: run the next step, skip it, retry, or fail."""

    def execute(self, context):
        """Run the command and handle its exit code."""
        shell = ["/bin/bash", "-c", self.bash_command]
        ran = self.subprocess_hook.run_command(shell, self.get_env(context), cwd=self.cwd)
        code = ran.exit_code
        if code == GOES_ON.get(self.task_id, DONE):
            return
        if code == DONE:
            raise AirflowSkipException("done, and nothing follows")
        if code == FAILED:
            raise AirflowException("failed with code 1; tried again")
        raise AirflowFailException(f"failed with code {code}, which another try cannot help")


with DAG(
    "tiercast_daily",
    start_date=dt.datetime(2024, 1, 1),
    schedule="15 5 * * *",
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": dt.timedelta(minutes=10)},
):
    tasks = {}
    for name, command in STEPS.items():
        task = Step(
            task_id=name,
            bash_command=command,
            cwd=HOME,
            env={"CONFIG": CONFIG, "DAY": DAY, "PATH": f"{HOME}/.venv/bin:/usr/bin:/bin"},
            append_env=True,
            trigger_rule=RULES.get(name, "all_success"),
        )
        if tasks:
            list(tasks.values())[-1] >> task
        tasks[name] = task
    tasks["monitor"] >> tasks["train"]
