import io
import re
import time

import pytest
from rich.console import Console

from tiercast.cli import console
from tiercast.cli.console import PlainProgress, TerminalProgress, show, watch
from tiercast.config.text_table import TextTable

ROWS = (("top", "7", "0.5%"), ("dormant", "1,400", "99.5%"))


@pytest.fixture
def terminal(monkeypatch):
    """A terminal of 60 columns; answers what was drawn on it."""
    screen = io.StringIO()
    fake = Console(file=screen, force_terminal=True, width=60, color_system=None, markup=False)
    monkeypatch.setattr(console, "_console", lambda **_: fake)
    return screen


def test_without_a_terminal_a_table_is_aligned_text(capsys):
    show(TextTable("Tiers", ("tier", "customers", "share"), ROWS))
    assert capsys.readouterr().out.splitlines() == [
        "Tiers",
        "tier     customers  share",
        "top              7   0.5%",
        "dormant      1,400  99.5%",
    ]


def test_chinese_text_is_aligned_by_what_it_takes_on_the_screen(capsys):
    show(TextTable("表", ("a", "b"), (("客户", "x"), ("abcd", "y"))))
    assert capsys.readouterr().out.splitlines()[2:] == ["客户  x", "abcd  y"]


def test_on_a_terminal_a_table_is_drawn_and_brackets_stay(terminal):
    show(TextTable("Tiers", ("tier", "customers"), (("[bold]top", "7"),)))
    drawn = terminal.getvalue()
    assert "[bold]top" in drawn
    assert "───" in drawn


def test_names_and_numbers_are_not_broken_on_a_narrow_terminal(terminal):
    rows = (("implausible_time", "1,000,000", "put " * 20),)
    show(TextTable("T", ("rule", "rows", "done"), rows))
    assert "implausible_time" in terminal.getvalue()
    assert "1,000,000" in terminal.getvalue()


def test_without_a_terminal_stages_are_lines_on_stderr(capsys):
    with watch() as progress:
        assert isinstance(progress, PlainProgress)
        progress.stage("tune", 2)
        progress.step()
        progress.step("log loss 0.3")
        progress.say("a note")
        progress.stage("write")
    shown = capsys.readouterr()
    assert shown.out == ""
    lines = shown.err.splitlines()
    assert lines[0] == "Tune (2 steps) ..."
    assert lines[1] == "a note"
    assert lines[2].startswith("  done in ")
    assert lines[2].endswith("s, 2 steps: log loss 0.3")
    assert lines[3] == "Write ..."
    assert lines[4].startswith("  done in ")


def test_a_stage_of_which_all_was_done_before_says_so(capsys):
    with watch() as progress:
        progress.stage("tune: order (log loss, 8 known)", 0)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Tune: order (log loss, 8 known) ..."
    assert lines[1].startswith("  done in ")
    assert lines[1].endswith(" s: nothing new to do")


def test_a_stage_that_fails_is_not_called_done(capsys):
    def fill_the_disk():
        with watch() as progress:
            progress.stage("write")
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        fill_the_disk()
    assert capsys.readouterr().err == "Write ...\n"


def test_on_a_terminal_stages_are_bars_that_end_full(terminal):
    with watch() as progress:
        assert isinstance(progress, TerminalProgress)
        progress.stage("tune", 4)
        progress.step("log loss 0.3")
        progress.stage("write")
        progress.say("a note")
    drawn = terminal.getvalue()
    assert "✓ Tune" in drawn
    assert "log loss 0.3" in drawn
    assert "✓ Write" in drawn
    assert "a note" in drawn
    assert "⠋ Write" not in drawn.splitlines()[-1]


def test_on_a_terminal_the_time_left_of_a_timed_stage_is_told(terminal):
    with watch() as progress:
        progress.stage("tune", 400)
        bar = progress._bars.tasks[-1]
        for _ in range(3):
            progress.step()
            time.sleep(0.02)
        told = console._Left().render(bar).plain
    assert re.fullmatch(r"0:00:\d\d left", told)


def test_steps_without_a_stage_are_ignored():
    with watch() as progress:
        progress.step("early")
