import pytest

from tiercast.config.errors import InputError
from tiercast.modeling.target import Target
from tiny_model import tiny_config, tiny_model


def test_config_model_and_record_each_have_their_own():
    config = tiny_config()
    outlook = config.outlook.model_copy(update={"horizon_days": 28, "value": "margin"})
    assert Target.of_config(config.model_copy(update={"outlook": outlook})) == Target(28, "margin")
    assert tiny_model().facts.target == Target(90, "revenue")
    record = {"horizon_days": 28, "value": "margin", "as_of": "2024-03-01"}
    assert Target.of_record(record, "manifest.json") == Target(28, "margin")


def test_a_record_reads_back_as_it_was_written():
    target = Target(56, "revenue")
    assert Target.of_record(target.to_record(), "here") == target


@pytest.mark.parametrize(
    ("record", "missing"),
    [({"value": "revenue"}, "horizon_days"), ({}, "horizon_days and no value")],
)
def test_a_record_that_does_not_say_is_refused_by_name(record, missing):
    with pytest.raises(InputError, match=f"there/manifest.json must say .* has no {missing};"):
        Target.of_record(record, "there/manifest.json")


def test_contributions_of_other_terms_are_other_targets():
    ours = Target(28, "contribution", return_cost=4.5, referral_share=0.1)
    assert ours != Target(28, "contribution", return_cost=5.0, referral_share=0.1)
    assert Target.of_record(ours.to_record(), "manifest.json") == ours
    assert str(ours) == "contribution (return cost 4.5, referral share 0.1) within 28 days"
