"""No label stands for two groups, in either language."""

import itertools

import pytest

from tiercast.reporting.messages import LANGUAGES, load_messages
from tiercast.reporting.segment_names import segment_label
from tiercast.segments.cluster_features import CLUSTER_FEATURES, CONTRACT_FEATURES, EVERY_FEATURE
from tiercast.segments.lifecycle import LIFECYCLE_RULES
from tiercast.segments.naming import TYPICAL
from tiercast.segments.rfm_rules import RFM_RULES

TIERS = ("top", "potential", "general", "dormant")
STAGES = tuple(rule.stage for rule in LIFECYCLE_RULES)
RFM = tuple(rule.segment for rule in RFM_RULES)


def segment_names(features=CLUSTER_FEATURES):
    """Return the stored name of every segment that there can be, up to a number at its end."""
    choices = [
        (None, one.high, one.low, *([one.floor.words] if one.floor else [])) for one in features
    ]
    for chosen in itertools.product(*choices):
        words = [one for one in chosen if one is not None] or [TYPICAL]
        yield "_".join(one.en.replace("-", "_") for one in words)


def fixed_labels(say):
    kinds = {"tier": TIERS, "stage": STAGES, "rfm_segment": RFM}
    return [say.label(kind, name).casefold() for kind, names in kinds.items() for name in names]


@pytest.mark.parametrize("language", LANGUAGES)
def test_tiers_stages_and_rfm_groups_share_no_label(language):
    labels = fixed_labels(load_messages(language))
    assert sorted(set(labels)) == sorted(labels)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_segment_has_a_label_of_its_own(language):
    say = load_messages(language)
    names = list(segment_names())
    labels = [segment_label(name, say).casefold() for name in (*names, *(f"{n}_2" for n in names))]
    assert len(names) > 5_000
    assert len(set(labels)) == len(labels)
    assert not set(labels) & set(fixed_labels(say))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_segment_of_contracts_speaks_of_contracts_with_a_label_of_its_own(language):
    say = load_messages(language, churn="subscription")
    names = list(segment_names(CONTRACT_FEATURES))
    labels = [segment_label(name, say).casefold() for name in (*names, *(f"{n}_2" for n in names))]
    assert len(set(labels)) == len(labels) > 700
    assert not set(labels) & set(fixed_labels(say))
    assert all(
        one.rstrip(" 2").endswith({"en": "subscribers", "zh": "客户"}[language]) for one in labels
    )
    tier = say.label("tier", segment_label("established_heavy_use", say))
    assert tier != segment_label("established_heavy_use", say)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_segments_stands_for_two_things(language):
    words = [
        one.in_language(language)
        for feature in EVERY_FEATURE
        for one in (feature.high, feature.low, *([feature.floor.words] if feature.floor else []))
    ]
    assert sorted(set(words)) == sorted(words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_rfm_groups_are_marked_as_the_classic_view(language):
    say = load_messages(language)
    assert all(say.label("rfm_segment", name).startswith("RFM") for name in RFM)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_own_tier_called_like_another_group_is_marked_as_a_tier(language):
    say = load_messages(language)
    mark = "(tier)" if language == "en" else "（层级）"
    taken = [say.label("stage", name) for name in STAGES]
    taken += [say.label("rfm_segment", name) for name in RFM]
    taken += [segment_label(name, say) for name in ("recent_big_basket", "typical_2")]
    for name in taken:
        assert say.label("tier", name) == f"{name} {mark}".replace(" （", "（")
        assert say.label("tier", name).casefold() not in map(str.casefold, taken)


@pytest.mark.parametrize(
    ("language", "names"),
    [("en", ("gold", "VIP", "big buyers", "lost_causes")), ("zh", ("金牌", "顶级客户", "VIP"))],
)
def test_other_own_tiers_keep_their_names(language, names):
    say = load_messages(language)
    found = [say.label("tier", name) for name in names]
    assert [label.casefold() for label in found] == [
        name.replace("_", " ").casefold() for name in names
    ]
