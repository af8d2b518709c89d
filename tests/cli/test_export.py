import json

import pytest


@pytest.fixture
def exported(tenth, run, tmp_path):
    """Call `export` on the stored base; its records and lists go elsewhere."""
    config = tmp_path / "tenth.yaml"
    scored = {"name": tenth.config.name, "output": {"path": str(tenth.folder / "runs" / "tenth")}}
    sources = {"transactions": {"path": tenth.config.sources["transactions"].path}}
    config.write_text(json.dumps(scored | {"sources": sources}), "utf-8")
    return lambda *arguments: run("export", config, *arguments)


def test_without_a_list_the_command_shows_what_there_is(exported):
    result = exported()
    assert result.exit_code == 0
    assert "win_back" in result.stdout


def test_an_unknown_list_is_wrong_usage(exported):
    result = exported("--list", "winback")
    assert result.exit_code == 2
    assert "did you mean `win_back`" in result.stderr
