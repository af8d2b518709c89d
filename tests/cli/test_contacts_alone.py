"""A base of contacts alone is measured; each other command says that it does not apply."""

import pytest
import yaml

from tiercast.config.kind import EXPERIMENT

CONFIG = {
    "name": "test",
    "sources": {"contacts": {"path": "contacts.csv", "outcomes": ["visit"]}},
}
ARGUMENTS = {
    "experiment assign": ("spring", "--list", "win_back"),
    "experiment design": ("--list", "win_back", "--effect", "0.02"),
    "explain": ("1",),
    "export": ("--list", "win_back"),
    "promote": ("1",),
}


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "test.yaml").write_text(yaml.safe_dump(CONFIG))
    return "test.yaml"


@pytest.mark.parametrize("command", EXPERIMENT.refused)
def test_a_command_that_needs_orders_is_refused_before_it_reads(run, config, command):
    shown = run(*command.split(), config, *ARGUMENTS.get(command, ()))
    assert shown.exit_code == 2
    words = " ".join(shown.stderr.split())
    assert f"`tiercast {command}` does not apply to a base of `contacts`: " in words


def test_an_erasure_without_scores_asks_for_its_day(run, config):
    shown = run("forget", config, "1")
    assert shown.exit_code == 2
    assert "name its day: `--as-of DAY`" in " ".join(shown.stderr.split())
