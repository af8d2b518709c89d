import pytest
import yaml

from tiercast.config.errors import ConfigError
from tiercast.config.lists import default_lists
from tiercast.config.loading import parse_config
from tiercast.config.playbook import default_plays, plays_of

CALL = {
    "name": "call",
    "action": "call them",
    "when": [{"column": "tier", "operator": "==", "value": "top"}],
}
REST = {"name": "rest", "action": {"en": "write", "zh": "写信"}}
TEXTS = ("action", "channel", "offer", "owner")


@pytest.fixture
def file(tmp_path):
    def written(text):
        path = tmp_path / "playbook.yaml"
        path.write_text(text if isinstance(text, str) else yaml.safe_dump(text), "utf-8")
        return str(path)

    return written


def config(**settings):
    base = {"name": "shop", "sources": {"transactions": {"path": "orders.csv"}}}
    return parse_config(base | settings, origin="shop.yaml")


def test_an_own_playbook_takes_the_place_of_the_packages(file):
    assert [play.name for play in config(playbook=file([CALL, REST])).plays] == ["call", "rest"]
    assert config().plays == default_plays()


def test_one_text_serves_all_languages(file):
    call, rest = plays_of(file([CALL, REST]))
    assert [call.action.in_language(language) for language in ("en", "zh")] == ["call them"] * 2
    assert [rest.action.in_language(language) for language in ("en", "zh")] == ["write", "写信"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([CALL], "the last play must apply to every customer, but `call` has conditions"),
        ([], "but there is none"),
        ([REST, REST], r"got \['rest'\] twice"),
        ([{**REST, "deadline_days": 0}], "deadline_days"),
        ([{**REST, "deadline": 7}], "deadline"),
        ("rest: write", "must be a list of rows"),
    ],
)
def test_a_wrong_playbook_is_refused_when_the_config_is_read(file, rows, message):
    with pytest.raises(ConfigError, match=rf"(?s)shop\.yaml.*playbook\.yaml.*{message}"):
        config(playbook=file(rows))


def test_a_missing_playbook_is_refused_with_its_key():
    with pytest.raises(ConfigError, match="the config's key `playbook` must name a YAML file"):
        config(playbook="none.yaml")


@pytest.mark.parametrize(
    ("names", "hint"),
    [
        (("topp", "none"), "did you mean `topp`"),
        (("gold", "silver", "lead", "none"), "there are gold, silver, lead, none"),
    ],
)
def test_a_tier_that_there_is_not_is_refused_with_the_nearest(file, names, hint):
    tiers = {"names": names, "cuts": [0.8, 0.5][: len(names) - 2]}
    with pytest.raises(ConfigError, match=f"play `call`: tier is never `top`; {hint}"):
        config(playbook=file([CALL, REST]), tiers=tiers)


@pytest.mark.parametrize("play", default_plays(), ids=lambda play: play.name)
def test_each_play_of_the_package_says_all_in_both_languages(play):
    assert play.deadline_days
    for name in TEXTS:
        text = getattr(play, name)
        assert text.en.isascii()
        assert any("一" <= letter <= "鿿" for letter in text.zh)
        assert not set(text.zh) & set(",:;()")  # full-width punctuation


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_two_plays_propose_the_same(language):
    texts = [play.action.in_language(language) for play in default_plays()]
    assert len(set(texts)) == len(texts)


def test_a_list_with_the_name_of_a_play_holds_the_customers_of_the_play():
    plays = {play.name for play in default_plays()}
    shared = [one for one in default_lists() if one.name in plays]
    assert {one.name for one in shared} >= {"keep_close", "win_back", "grow", "rescue"}
    for one in shared:
        (condition,) = one.when
        found = (condition.column, condition.operator, condition.value)
        assert found == ("action_id", "==", one.name)
