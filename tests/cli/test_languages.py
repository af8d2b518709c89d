"""What commands show in Chinese has no English words but names, ids, columns and config keys."""

import json
import shutil

import pytest

from trained_base import working_in

COMMANDS = (
    ("check",),
    ("score", "--as-of", "1998-07-01"),
    ("compare",),
    ("compare", "1", "1"),
    ("monitor",),
    ("migration",),
    ("churn-definition",),
    ("export",),
    ("verify", "--as-of", "1998-04-01"),
)


@pytest.fixture(scope="module")
def base(trained_tenth, tmp_path_factory):
    """A copy of the tenth of CDNOW, which commands may change."""
    folder = tmp_path_factory.mktemp("spoken") / "tenth"
    shutil.copytree(trained_tenth.folder, folder)
    settings = trained_tenth.config.model_dump(mode="json", exclude_unset=True)
    (folder / "tenth.yaml").write_text(json.dumps(settings | {"currency": "USD"}), "utf-8")
    return folder


@pytest.fixture
def speak(run, base):
    """Call a command in a language; answers what it shows."""

    def call(command, *options, flags=()):
        name, *more = command
        shown = run(*flags, name, "tenth.yaml", *more, *options)
        assert shown.exit_code in (0, 3), shown.stderr
        return shown.stdout

    with working_in(base):
        yield call


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_in_chinese_no_english_is_shown(speak, english, command):
    assert english(speak(command, "--language", "zh")) == set()


@pytest.mark.parametrize("command", [("check",), ("monitor",), ("export",)], ids=" ".join)
def test_rows_of_json_are_the_same_in_every_language(speak, command):
    chinese = speak(command, "--language", "zh", flags=["--json"])
    assert chinese == speak(command, flags=["--json"])


def test_the_config_names_the_language_unless_the_option_does(speak, base):
    settings = json.loads((base / "tenth.yaml").read_text("utf-8"))
    (base / "tenth.yaml").write_text(json.dumps(settings | {"language": "zh"}), "utf-8")
    assert "截至" in speak(("check",))
    assert "Ready to train" in speak(("check",), "--language", "en")
