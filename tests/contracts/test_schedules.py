"""What holds for the schedules that come with the project."""

import ast
import configparser
import re
import runpy
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import typer

from tiercast.cli.main import app

ROOT = Path(__file__).parents[2]
SCHEDULES = sorted((ROOT / "pipelines" / "schedules").iterdir())
CONFIG = r'"?(?:\$CONFIG|pipelines/%i\.yaml)'
CALL = re.compile(f"tiercast ((?:--log-format json )?[a-z-]+) {CONFIG}")
DAILY = ["check", "score", "migration", "monitor", "report", "alerts"]
NAMES = "|".join([*DAILY, "train"])
BEGINS = re.compile(rf"(?<![\w/@.-])tiercast (?=-|{NAMES})")


def commands_of(path):
    """Return a file's lines without comments."""
    lines = path.read_text("utf-8").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def calls(path):
    """Return the arguments of each call of the command line in a file."""
    return [[*found.split(), "orders.yaml"] for found in CALL.findall(commands_of(path))]


ALL = [(path, call) for path in SCHEDULES for call in calls(path)]


def test_there_are_jobs_for_cron_systemd_and_airflow():
    names = {path.name for path in SCHEDULES}
    assert {"crontab", "airflow_daily.py", "tiercast-daily@.service"} <= names


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("crontab", ["monitor", "train"]),
        ("airflow_daily.py", ["train"]),
        ("tiercast-daily@.service", []),
    ],
)
def test_a_job_does_all_of_it_and_the_report_comes_after_what_it_shows(name, more):
    path = ROOT / "pipelines" / "schedules" / name
    assert [call[-2] for call in calls(path)] == [*DAILY, *more]


@pytest.mark.parametrize("code", [0, 1, 2, 3])
@pytest.mark.parametrize("name", ["crontab", "tiercast-daily@.service"])
def test_a_daily_job_goes_on_where_the_monitor_asks_for_a_training(name, code):
    text = (ROOT / "pipelines" / "schedules" / name).read_text("utf-8").replace("$$", "$")
    (tail,) = set(re.findall(r'"\$\(date -I\)" (\|\| \[ \$\? -eq 3 \])', text))
    ran = subprocess.run(["/bin/sh", "-c", f"(exit {code}) {tail}"], check=False)
    assert (ran.returncode == 0) == (code in {0, 3})


@pytest.mark.parametrize("path", SCHEDULES, ids=lambda path: path.name)
def test_no_call_escapes_the_tests(path):
    code = re.sub('""".*?"""', "", commands_of(path), flags=re.DOTALL)  # docstrings are prose
    assert len(BEGINS.findall(code)) == len(calls(path))


@pytest.mark.parametrize(("path", "call"), ALL, ids=[f"{p.name} {' '.join(c)}" for p, c in ALL])
def test_every_call_is_one_that_the_command_line_takes(path, call):
    group = typer.main.get_command(app)
    context = group.make_context("tiercast", list(call))
    name, command, rest = group.resolve_command(context, [*context._protected_args, *context.args])
    taken = command.make_context(name, list(rest), parent=context)
    assert taken.params["config"]


@pytest.mark.parametrize("path", [p for p in SCHEDULES if p.suffix in {".service", ".timer"}])
def test_a_unit_is_one_that_systemd_reads(path):
    parser = configparser.ConfigParser(strict=False, interpolation=None, allow_no_value=True)
    parser.optionxform = str
    parser.read_string(path.read_text("utf-8"))
    assert parser["Unit"]["Description"]
    assert path.suffix[1:].title() in parser


@pytest.mark.parametrize("path", [p for p in SCHEDULES if p.suffix == ".service"])
def test_a_unit_starts_programs_by_their_whole_path(path):
    starts = re.findall("^ExecStart=(.*)", path.read_text("utf-8"), re.MULTILINE)
    assert starts
    assert all(start.startswith("/bin/sh -c '") for start in starts)


@pytest.mark.parametrize("path", [p for p in SCHEDULES if p.suffix != ".timer"])
def test_scores_and_monitor_are_told_the_day(path):
    start = r"tiercast (?:--log-format json )?(?:score|monitor) "
    told = re.findall(f'{start}{CONFIG}"? --as-of', commands_of(path))
    wanted = [call for call in calls(path) if call[-2] in {"score", "monitor"}]
    assert len(told) == len(wanted)


def test_a_job_of_cron_makes_the_folder_of_its_log():
    lines = (ROOT / "pipelines/schedules/crontab").read_text("utf-8").splitlines()
    jobs = [line for line in lines if ">> runs/" in line]
    assert len(jobs) == 2
    assert all(job.index("mkdir -p runs") < job.index(">> runs/") for job in jobs)


def test_the_crontab_has_five_times_and_a_command():
    lines = (ROOT / "pipelines/schedules/crontab").read_text("utf-8").splitlines()
    jobs = [line for line in lines if re.match(r"[\d*]", line)]
    assert len(jobs) == 2
    for job in jobs:
        assert re.match(r"(?:[\d*,/-]+ ){5}cd ", job)
        assert "%" not in job  # cron takes it for a line's end


def test_the_airflow_file_calls_the_command_line_alone():
    tree = ast.parse((ROOT / "pipelines/schedules/airflow_daily.py").read_text("utf-8"))
    modules = {
        node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert modules == {
        *{"datetime", "os", "airflow", "airflow.exceptions", "airflow.operators.bash"},
    }


class Airflow(ModuleType):
    """What the file takes from Airflow, which is not installed here."""

    class DAG:
        def __init__(self, *_given, **_settings): ...
        def __enter__(self): ...
        def __exit__(self, *_error): ...

    class BashOperator:
        cwd = None

        def __init__(self, *, task_id, bash_command, **_settings):
            self.task_id, self.bash_command = task_id, bash_command
            self.subprocess_hook = self

        def __rshift__(self, _after): ...
        def get_env(self, _context): ...
        def run_command(self, command, _env, cwd):
            code = subprocess.run(command, cwd=cwd, check=False).returncode
            return SimpleNamespace(exit_code=code)

    class AirflowException(Exception): ...

    class AirflowFailException(AirflowException): ...

    class AirflowSkipException(AirflowException): ...


@pytest.mark.parametrize(
    ("step", "code", "became"),
    [
        ("score", 0, "done"),
        ("score", 1, "AirflowException"),  # the only one that Airflow tries again
        ("score", 2, "AirflowFailException"),
        ("score", 130, "AirflowFailException"),
        ("monitor", 0, "AirflowSkipException"),
        ("monitor", 1, "AirflowException"),
        ("monitor", 2, "AirflowFailException"),
        ("monitor", 3, "done"),
        ("train", 3, "AirflowFailException"),
    ],
)
def test_airflow_tries_again_where_that_can_help_alone(monkeypatch, step, code, became):
    for name in ("airflow", "airflow.exceptions", "airflow.operators", "airflow.operators.bash"):
        monkeypatch.setitem(sys.modules, name, Airflow(name))
    loaded = runpy.run_path(str(ROOT / "pipelines/schedules/airflow_daily.py"))
    task = loaded["Step"](task_id=step, bash_command=f"exit {code}")
    expected = nullcontext() if became == "done" else pytest.raises(getattr(Airflow, became))
    with expected as told:
        task.execute({})
    assert told is None or told.type.__name__ == became
