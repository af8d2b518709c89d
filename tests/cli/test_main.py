import json
import os
import subprocess
import sys

import pytest
import typer

import tiercast
from tiercast.cli.main import app

COMMANDS = (
    "alerts",
    "app",
    "backtest",
    "check",
    "churn-definition",
    "compare",
    "demo",
    "experiment assign",
    "experiment design",
    "experiment ledger",
    "experiment measure",
    "experiment target",
    "explain",
    "export",
    "features",
    "forget",
    "init",
    "mcp",
    "migration",
    "monitor",
    "promote",
    "report",
    "rollback",
    "score",
    "serve",
    "train",
    "verify",
)


def paths(group):
    """Return the command lines of a group, those of groups within it, too."""
    for name, command in group.commands.items():
        inner = getattr(command, "commands", None)
        yield from [name] if inner is None else (f"{name} {one}" for one in paths(command))


def named(verb):
    group, _, command = verb.partition("_")
    return f"{group} {command}" if group == "experiment" else verb.replace("_", "-")


def test_each_verb_of_the_package_is_a_command():
    registered = sorted(paths(typer.main.get_command(app)))
    assert registered == list(COMMANDS)
    others = {"__version__", "Plugin", "shap_values", "training_frame"}
    verbs = [name for name in tiercast.__all__ if name not in others]
    assert registered == [named(verb) for verb in verbs]


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself_with_an_example(run, command):
    shown = run(*command.split(), "--help")
    assert shown.exit_code == 0
    assert f"Example: tiercast {command} " in " ".join(shown.stdout.split())


def test_the_version_is_told(run):
    shown = run("--version")
    assert (shown.exit_code, shown.stdout) == (0, f"tiercast {tiercast.__version__}\n")


def test_the_help_says_what_each_exit_code_means(run):
    told = " ".join(run("--help").stdout.split())
    assert "0 done, 1 failed, 2 bad input or usage, 3 retrain (from monitor), 130" in told


def test_without_a_command_the_help_is_shown(run):
    shown = run()
    assert shown.exit_code == 2
    assert "Commands" in shown.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["tarin", "shop.yaml"], "No such command 'tarin'. Did you mean 'train'?"),
        (["espresso", "shop.yaml"], "No such command 'espresso'. There are demo, score, report,"),
        (["train"], "Missing argument 'CONFIG'"),
        (["train", "shop.yaml", "--as-of"], "requires an argument"),
        (["train", "shop.yaml", "--trials", "many"], "must be a whole number, but got 'many'"),
        (["train", "shop.yaml", "--trials", "-1"], "greater than or equal to 0"),
        (["score", "shop.yaml", "--asof", "2024-01-01"], "No such option: --asof"),
        (["score", "shop.yaml", "2024-01-01"], "unexpected extra argument"),
        (["promote", "shop.yaml"], "Missing argument 'VERSION'"),
        (["explain", "shop.yaml"], "Missing argument 'CUSTOMER_ID'"),
    ],
)
def test_wrong_usage_is_told_and_ends_with_2(run, arguments, says):
    shown = run(*arguments)
    assert shown.exit_code == 2
    told = " ".join(shown.stderr.replace("│", " ").split())
    assert says in told


@pytest.mark.parametrize(
    "command", ["check", "churn-definition", "features", "train", "score", "report", "explain"]
)
@pytest.mark.parametrize("day", ["31.3.2024", "2024-02-30", "yesterday"])
def test_a_wrong_date_ends_with_2_and_the_right_form(run, shop, command, day):
    more = {"explain": ["a"], "features": ["--output", "f.parquet"]}.get(command, [])
    shown = run(command, shop, *more, "--as-of", day)
    assert shown.exit_code == 2
    assert "a date like 2024-03-31" in " ".join(shown.stderr.replace("│", " ").split())


def test_starting_up_imports_nothing_heavy():
    code = "import sys, tiercast.cli.main; print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()
    assert "typer" in modules
    heavy = {"pandas", "numpy", "pyarrow", "ibis", "duckdb", "mlflow", "lightgbm", "pydantic"}
    assert heavy.isdisjoint(modules)


def test_the_installed_program_refuses_a_missing_config(tmp_path):
    program = [sys.executable, "-m", "tiercast.cli.main", "check", "nosuch.yaml"]
    run = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert run.stdout == ""
    assert run.stderr.startswith("Error: Config file not found: nosuch.yaml.")
    assert "Traceback" not in run.stderr


TAKE_A_DAY = (
    "alerts",
    "backtest",
    "check",
    "churn-definition",
    "experiment assign",
    "explain",
    "export",
    "features",
    "forget",
    "monitor",
    "report",
    "score",
    "train",
    "verify",
)


@pytest.mark.parametrize("command", TAKE_A_DAY)
def test_a_day_that_leaves_the_calendar_is_refused_by_each_command(run, shop, command):
    more = {
        "explain": ["a"],
        "forget": ["a"],
        "experiment assign": ["spring", "--list", "grow"],
    }.get(command, [])
    shown = run(*command.split(), shop, *more, "--as-of", "9999-12-31")
    assert shown.exit_code == 2
    told = " ".join(shown.stderr.replace("│", " ").split())
    assert "as_of must lie from 1970-01-01 to 2100-01-01" in told
    assert "but got 9999-12-31" in told


def test_each_command_that_takes_a_day_is_among_these(run):
    taking = [
        name for name in COMMANDS if "--as-of" in run(*name.split(), "--help").stdout.split()
    ]
    assert set(taking) == set(TAKE_A_DAY)


@pytest.mark.parametrize("command", ["check", "migration", "monitor", "report", "score", "train"])
def test_a_base_is_refused_the_output_of_another_by_each_command(run, shop, tmp_path, command):
    owner = tmp_path / "runs" / "shop" / "tiercast.json"
    owner.parent.mkdir(parents=True)
    owner.write_text('{"name": "boutique"}')
    shown = run(command, shop)
    assert shown.exit_code == 2
    assert "runs/shop holds the results of boutique, and those of shop would" in shown.stderr
    assert list(owner.parent.iterdir()) == [owner]


def test_with_json_each_table_and_line_is_one_object(run, shop):
    shown = run("--json", "check", shop)
    objects = [json.loads(line) for line in shown.stdout.splitlines()]
    assert {frozenset(one) for one in objects} == {
        frozenset({"title", "rows"}),
        frozenset({"text"}),
    }
    assert all(
        one["rows"] and all(isinstance(row, dict) for row in one["rows"])
        for one in objects
        if "rows" in one
    )


def test_quiet_shows_results_and_no_progress(run, shop):
    shown = run("--quiet", "check", shop)
    assert "Read" not in shown.stderr
    assert "Written to" in shown.stdout


def test_completion_names_the_commands_that_begin_so():
    asked = {
        **os.environ,
        "_TIERCAST_COMPLETE": "complete_bash",
        "COMP_WORDS": "tiercast ch",
        "COMP_CWORD": "1",
    }
    command = [sys.executable, "-m", "tiercast.cli.main"]
    done = subprocess.run(command, env=asked, capture_output=True, text=True, check=False)
    assert "churn-definition" in done.stdout.split()
