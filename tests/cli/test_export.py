import json
import shutil

import pytest


@pytest.fixture
def exported(tenth, run, tmp_path):
    """Call `export` on the stored base; its records and lists go elsewhere."""
    config = tmp_path / "tenth.yaml"
    scored = {"name": tenth.config.name, "output": {"path": str(tenth.folder / "runs" / "tenth")}}
    sources = {"transactions": {"path": tenth.config.sources["transactions"].path}}

    def export(*arguments, **more):
        config.write_text(json.dumps(scored | {"sources": sources} | more), "utf-8")
        return run("export", config, *arguments)

    return export


def test_without_a_list_the_command_shows_what_there_is(exported):
    result = exported()
    assert result.exit_code == 0
    assert "win_back" in result.stdout


def test_an_unknown_list_is_wrong_usage(exported):
    result = exported("--list", "winback")
    assert result.exit_code == 2
    assert "did you mean `win_back`" in result.stderr


@pytest.mark.parametrize("customer", ["customer", "account"])
def test_accounts_left_out_are_told_whose_address_an_account_has(
    exported, tenth, tmp_path, customer
):
    output = shutil.copytree(tenth.folder / "runs" / "tenth", tmp_path / "runs")
    columns = [{"header": "Next order", "column": "next_order_date", "required": True}]
    words = {"en": "Mailing", "zh": "邮件"}
    form = {"name": "mailing", "title": words, "explanation": words, "file": "csv"}
    (tmp_path / "formats.yaml").write_text(json.dumps([form | {"columns": columns}]), "utf-8")
    more = {"customer": customer, "output": {"path": str(output)}}
    more |= {"export_formats": str(tmp_path / "formats.yaml")}
    options = ("--list", "everyone", "--format", "mailing", "--output", tmp_path / "list.csv")
    result = exported(*options, **more)
    assert "customers of the list lack what mailing needs" in result.stdout
    assert ("all of its contacts" in " ".join(result.stdout.split())) == (customer == "account")


CAPS = dict.fromkeys(("top", "potential", "general", "dormant"), 0.3)


@pytest.mark.parametrize(
    ("budget", "why"),
    [
        ({"cost": 1e6}, "no contact of its customers brings more than it costs under"),
        ({"cost": 0, "contacts": 1, "caps": CAPS}, "the `caps` of the config's `budget` leave"),
    ],
)
def test_why_nobody_is_within_the_budget_is_said(exported, tenth, tmp_path, budget, why):
    output = shutil.copytree(tenth.folder / "runs" / "tenth", tmp_path / "runs")
    options = ("--list", "everyone", "--within-budget", "--output", tmp_path / "list.csv")
    more = {"output": {"path": str(output)}, "budget": {"save_rate": 0.1, **budget}}
    result = exported(*options, **more)
    shown = " ".join(result.stdout.split())
    assert result.exit_code == 0
    assert "The list is empty: " in shown
    assert why in shown
    assert "nobody meets its conditions" not in shown
