import json
import subprocess
import sys

import pytest

from tiercast.cli.errors import arguments
from tiercast.cli.json_log import log
from tiercast.config.errors import OutputError
from tiercast.config.hiding import remember


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


NOISY = """
import logging, os, sys, warnings, tiercast.cli.main
def noisy():
    print("10%", end="\\r100%\\n", file=sys.stderr)
    logging.getLogger("mlflow.store").warning("Creating tables\\nand more")
    warnings.warn("no room", UserWarning)
    os.write(2, b"WARN NativeCodeLoader: of another language\\n\\n")
    os.system("echo '{half a line' >&2")
    {end}
tiercast.cli.main.app.command("noisy")(noisy)
sys.argv = ["tiercast", "noisy", *sys.argv[1:]]
tiercast.cli.main.main()
"""


def program(text, folder, *more):
    run = [sys.executable, "-c", text, *more]
    return subprocess.run(run, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("end", "code", "says"),
    [
        ("raise KeyError('the disk of Babel')", 1, "KeyError: 'the disk of Babel'"),
        ("raise KeyboardInterrupt", 130, "interrupted"),
        ("os.kill(os.getpid(), 15)", 130, "interrupted"),
    ],
)
def test_all_that_comes_on_stderr_is_json(tmp_path, end, code, says):
    shown = program(NOISY.replace("{end}", end), tmp_path, "--log-format", "json")
    told = lines(shown.stderr)
    messages = [line["message"] for line in told if "message" in line]
    assert shown.returncode == code == told[-1]["exit_code"]
    assert messages == [
        "100%",
        "Creating tables",
        "and more",
        "UserWarning: no room",
        "WARN NativeCodeLoader: of another language",
        "{half a line",
        says,
    ]


def test_a_traceback_is_json_too(tmp_path):
    end = "raise KeyError('the disk of Babel')"
    shown = program(NOISY.replace("{end}", end), tmp_path, "--debug", "--log-format=json")
    messages = [line["message"] for line in lines(shown.stderr)]
    assert "Traceback (most recent call last):" in messages
    assert messages[-1] == "KeyError: 'the disk of Babel'"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["--bogus", "check", "shop.yaml"], "No such option: --bogus"),
        (["check", "shop.yaml", "--bogus"], "No such option: --bogus"),
        (["check"], "Missing argument 'CONFIG'."),
        ([], "Missing command."),
    ],
)
def test_usage_that_is_wrong_anywhere_is_json_for_machines_and_text_for_people(
    tmp_path, given, says
):
    main = "import tiercast.cli.main; tiercast.cli.main.main()"
    shown = program(main, tmp_path, *given, "--log-format", "json")
    error, outcome = lines(shown.stderr)
    assert error == {"event": "error", "message": says}
    assert shown.returncode == outcome["exit_code"] == 2
    plain = program(main, tmp_path, *given)
    assert plain.returncode == 2
    assert '{"' not in plain.stderr


def test_a_line_shows_no_secret(capsys):
    remember({"geheim-2b7c": "${SHOP_KEY}"})
    log("note", message='no host "geheim-2b7c"', steps=3)
    told = '{"event": "note", "message": "no host \\"${SHOP_KEY}\\"", "steps": 3}\n'
    assert capsys.readouterr().err == told
