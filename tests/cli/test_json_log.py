import json

import pytest

from tiercast.cli.errors import arguments
from tiercast.config.errors import OutputError


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def check(monkeypatch):
    """Let `check` do what a function does with its progress."""

    def answer(job):
        def verb(_config, _as_of, *, progress):
            job(progress)

        monkeypatch.setattr("tiercast.verbs.check.check", verb)

    return answer


def test_stages_steps_and_notes_are_lines_of_json(run, shop, check):
    def job(progress):
        progress.stage("score customers", 2)
        progress.step("25,000 customers")
        progress.say("The newest order is old.")
        progress.stage("write")
        raise OutputError("the disk is full.")

    check(job)
    shown = run("--log-format", "json", "check", shop)
    told = lines(shown.stderr)
    assert [line.pop("seconds") >= 0 for line in told if line["event"] == "stage_done"] == [True]
    assert told == [
        {"event": "stage", "stage": "score customers", "steps": 2},
        {
            "event": "step",
            "stage": "score customers",
            "step": 1,
            "steps": 2,
            "note": "25,000 customers",
        },
        {"event": "note", "message": "The newest order is old."},
        {"event": "stage_done", "stage": "score customers", "steps": 1},
        {"event": "stage", "stage": "write", "steps": None},
        {"event": "error", "message": "the disk is full."},
        {"event": "outcome", "exit_code": 1, "outcome": "failed"},
    ]
    assert shown.exit_code == 1


def test_a_command_that_is_done_says_so_last(run, shop):
    shown = run("--log-format", "json", "init", "orders.csv")
    assert shown.exit_code == 0
    assert lines(shown.stderr)[-1] == {"event": "outcome", "exit_code": 0, "outcome": "done"}
    assert "Guessed columns" in shown.stdout


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["train"], "Missing argument 'CONFIG'"),
        (["tarin", "shop.yaml"], "No such command 'tarin'"),
        (["check", "nosuch.yaml"], "Config file not found: nosuch.yaml"),
    ],
)
def test_bad_usage_and_input_are_lines_of_json_too(run, shop, given, says):
    shown = run("--log-format", "json", *given)
    error, outcome = lines(shown.stderr)
    assert says in error["message"]
    assert shown.exit_code == outcome["exit_code"] == 2


def test_an_interruption_ends_with_130(run, shop, check):
    def job(_progress):
        raise KeyboardInterrupt

    check(job)
    shown = run("--log-format", "json", "check", shop)
    assert shown.exit_code == 130
    assert lines(shown.stderr)[-1]["outcome"] == "interrupted"
    assert run("check", shop).exit_code == 130


def test_the_next_call_is_for_people_again(run, shop):
    run("--log-format", "json", "check", "nosuch.yaml")
    assert run("check", "nosuch.yaml").stderr.startswith("Error: Config file not found")


def test_another_format_is_refused(run):
    shown = run("--log-format", "xml", "check", "shop.yaml")
    assert shown.exit_code == 2
    assert "'text', 'json'" in " ".join(shown.stderr.replace("│", " ").split())


@pytest.mark.parametrize("option", [["--log-format", "json"], ["--log-format=json"]])
def test_the_option_may_stand_anywhere(option):
    assert arguments(["score", "shop.yaml", *option, "--as-of", "2024-01-01"]) == [
        *option,
        *["score", "shop.yaml", "--as-of", "2024-01-01"],
    ]
