import pytest

from tiercast.assistant.server import mcp
from tiercast.config.errors import InputError


def test_every_tool_only_reads(told):
    assert {tool.name for tool in told.tools} == {
        *("customer", "list", "lists", "totals", "segments", "track_record", "how_sure")
    }
    assert all(tool.annotations.read_only_hint and tool.description for tool in told.tools)


def test_each_answer_names_its_day_model_and_horizon(told, trained_tenth):
    expected = {"name": "tenth", "as_of": "1998-04-01", "model_version": "1", "horizon_days": 90}
    assert len(told.answers) == 8
    for answer in told.answers.values():
        assert {name: answer[name] for name in expected} == expected


def test_without_the_package_the_remedy_is_named(tenth, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(InputError, match=r"run `pip install 'tiercast\[mcp\]'`"):
        mcp(tenth.config)
