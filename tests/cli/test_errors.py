import subprocess
import sys
from pathlib import Path

import pytest

from tiercast.cli.errors import arguments, brief_excepthook, whole_excepthook
from tiercast.config.errors import InputError, OutputError
from tiercast.config.hiding import remember

FAILING = """
import sys, tiercast.cli.main
def broken(): raise KeyError("the disk of Babel")
tiercast.cli.main.app.command("broken")(broken)
sys.argv = ["tiercast", "broken", *sys.argv[1:]]
tiercast.cli.main.main()
"""


@pytest.mark.parametrize(("error", "code"), [(InputError, 2), (OutputError, 1)])
def test_what_can_be_mended_is_told_without_a_traceback(run, shop, monkeypatch, error, code):
    def broken(*_given, **_more):
        raise error("mend this.\nAnd that.")

    monkeypatch.setattr("tiercast.verbs.check.check", broken)
    shown = run("check", shop)
    assert shown.exit_code == code
    assert shown.stderr.endswith("Error: mend this.\nAnd that.\n")


@pytest.fixture
def fail(tmp_path):
    def run(*more):
        program = [sys.executable, "-c", FAILING, *more]
        return subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


def test_what_was_not_foreseen_ends_with_1_its_last_line_and_a_hint(fail):
    shown = fail()
    assert shown.returncode == 1
    assert "Error: KeyError: 'the disk of Babel'" in shown.stderr
    assert "--debug" in shown.stderr
    assert "Traceback" not in shown.stderr


def test_debug_shows_the_whole_traceback(fail):
    shown = fail("--debug")
    assert shown.returncode == 1
    assert "Traceback" in shown.stderr
    assert "in broken" in shown.stderr


@pytest.mark.parametrize("hook", [brief_excepthook, whole_excepthook])
def test_what_was_not_foreseen_shows_no_secret(hook, capsys):
    remember({"geheim-8d1e": "${SHOP_KEY}"})
    hook(KeyError, KeyError("no host geheim-8d1e, nor http://me:geheim@host"), None)
    shown = capsys.readouterr().err
    assert "no host ${SHOP_KEY}, nor http://me:***@host" in shown


def test_debug_may_stand_anywhere(monkeypatch):
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    assert arguments(["train", "--debug", "shop.yaml"]) == ["train", "shop.yaml"]
    assert sys.excepthook is whole_excepthook
    assert arguments(["train", "shop.yaml"]) == ["train", "shop.yaml"]
    assert sys.excepthook is brief_excepthook


STOPPED = """
import os, signal, sys, time, tiercast.cli.main
def stopped(): os.kill(os.getpid(), signal.SIGTERM); time.sleep(20)
tiercast.cli.main.app.command("stopped")(stopped)
sys.argv = ["tiercast", "stopped"]
tiercast.cli.main.main()
"""


def test_a_job_that_a_scheduler_stops_ends_as_one_that_was_interrupted(tmp_path):
    program = [sys.executable, "-c", STOPPED]
    shown = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert shown.returncode == 130
    assert shown.stderr.endswith("Error: interrupted\n")


SHOWING = """
import sys, tiercast.cli.main
from tiercast.cli.console import show, watch
def shown():
    with watch() as progress: progress.say("begun")
    show("word")
tiercast.cli.main.app.command("shown")(shown)
sys.argv = ["tiercast", "shown"]
tiercast.cli.main.main()
"""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="This system has no full disk to try.")
@pytest.mark.parametrize(
    ("full", "told"),
    [
        (
            "stdout",
            "begun\nError: stdout could not be written: No space left on device; the command "
            "did its work, only its output is lost.\n",
        ),
        ("stderr", ""),
    ],
)
def test_a_full_disk_behind_a_stream_ends_with_1_and_a_plain_word(full, told):
    other = {"stdout": "stderr", "stderr": "stdout"}[full]
    with Path("/dev/full").open("w") as disk:
        streams = {full: disk, other: subprocess.PIPE}
        program = [sys.executable, "-c", SHOWING]
        shown = subprocess.run(program, **streams, text=True, check=False)
    assert shown.returncode == 1
    assert getattr(shown, other) == told


def test_an_error_names_the_config_that_was_given(run, shop):
    assert "run `tiercast score shop.yaml` first" in run("explain", shop, "a").stderr


def test_an_error_speaks_the_language_asked_for(run, shop):
    shown = run("explain", shop, "a", "--language", "zh").stderr
    assert shown.startswith("错误：")
    assert "请先运行 `tiercast score shop.yaml`" in shown


def test_a_missing_config_is_told_in_the_language_asked_for(run, shop):
    assert "找不到配置文件：none.yaml" in run("check", "none.yaml", "--language", "zh").stderr
