import pytest

from tiercast.reporting.messages import load_messages
from tiercast.reporting.segment_names import segment_label
from tiercast.segments.cluster_features import CLUSTER_FEATURES


@pytest.mark.parametrize("feature", CLUSTER_FEATURES, ids=lambda feature: feature.name)
def test_every_word_that_segments_are_named_by_is_spoken_in_chinese(feature):
    name = feature.high.en.replace("-", "_")
    assert segment_label(name, load_messages("zh")) == f"{feature.high.zh}客户"


def test_a_name_of_unknown_words_stays_what_it_is(say):
    assert segment_label("<script>", say) == "<script>"
    assert segment_label("recent_unheard_of", say) == "Recent unheard of"
    assert segment_label("7", say) == "7"
